-- Of a build that has ended a step or a run goes on, or it has no end.
-- fix: nothing runs any more that counts; abort a build that hangs, and report how it came to this.
SELECT 'build ' || b.id AS subject, 'is ' || b.status || ', and its step ' || s.path || ' is ' || s.status AS what
FROM builds b JOIN steps s ON s.build_id = b.id
WHERE b.ended_at IS NOT NULL AND s.status NOT IN ('succeeded', 'failed', 'errored', 'aborted', 'skipped')
UNION ALL
SELECT 'build ' || b.id, 'is ' || b.status || ', and run ' || r.id || ' is ' || r.status
FROM builds b JOIN runs r ON r.build_id = b.id
WHERE b.ended_at IS NOT NULL AND r.status IN ('unplaced', 'assigned', 'running')
UNION ALL
SELECT 'run ' || r.id, 'is ' || r.status || ', and has no end'
FROM runs r WHERE r.status IN ('exited', 'lost') AND r.ended_at IS NULL
