-- Something is left that nothing wants any more.
-- fix: it goes by itself within the time of the garbage collector; if it stays, delete the row.
SELECT 'artifact ' || a.build_id || '/' || a.name AS subject, 'is on a worker that has no volume ' || a.volume AS what
FROM artifacts a WHERE a.worker_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM volumes v WHERE v.worker_id = a.worker_id AND v.handle = a.volume)
UNION ALL
SELECT c.subject, 'waits by its condition (' || c.reason || '), and is not pending'
FROM conditions c JOIN builds b ON c.subject = 'build/' || b.id WHERE b.status <> 'pending'
UNION ALL
SELECT 'container ' || c.run_id, 'is wanted, and its run ended at ' || r.ended_at
FROM containers c JOIN runs r ON r.id = c.run_id WHERE c.status IN ('creating', 'created') AND r.ended_at < clock_timestamp() - interval '1 day'
