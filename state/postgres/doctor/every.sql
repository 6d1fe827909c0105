-- Two builds were made for the same new version of an input.
-- fix: abort the later one if it still runs; report how it came to this.
SELECT 'job ' || b.job_id AS subject, 'builds ' || string_agg('#' || b.number, ', ' ORDER BY b.number) || ' were each made for version ' || i.version_id || ' of input ' || i.name AS what
FROM builds b JOIN build_inputs i ON i.build_id = b.id
WHERE b.cause = 'version' AND i.first
GROUP BY b.job_id, i.name, i.version_id HAVING count(*) > 1
