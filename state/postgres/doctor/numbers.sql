-- A job's next build would get a number that one had already.
-- fix: raise objects.next_number above the greatest number of its builds.
SELECT 'job ' || o.id AS subject, o.address || ': next is ' || o.next_number || ', and there is #' || max(b.number) AS what
FROM objects o JOIN builds b ON b.job_id = o.id
GROUP BY o.id HAVING max(b.number) >= o.next_number
