-- A run and its worker disagree: it is on none, or its container is wanted elsewhere.
-- fix: abort the build; its run is lost, and what is left on workers goes by itself.
SELECT 'run ' || r.id AS subject, 'is ' || r.status || ', and has no worker' AS what
FROM runs r WHERE r.status IN ('assigned', 'running') AND r.worker_id IS NULL
UNION ALL
SELECT 'run ' || r.id, 'is on another worker than its container'
FROM runs r JOIN containers c ON c.run_id = r.id WHERE r.status IN ('assigned', 'running') AND c.worker_id <> r.worker_id
UNION ALL
SELECT 'step ' || s.build_id || '/' || s.path, 'has more than one run that goes on'
FROM steps s JOIN runs r ON r.build_id = s.build_id AND r.step_path = s.path AND r.status IN ('unplaced', 'assigned', 'running')
GROUP BY s.build_id, s.path HAVING count(*) > 1
