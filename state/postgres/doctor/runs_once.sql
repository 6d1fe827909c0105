-- A step of a build is run at again, though the run before it has not ended.
-- fix: abort the build, and report how it came to this.
SELECT 'build ' || r.build_id AS subject, 'attempt ' || r.attempt || ' at step ' || r.step_path || ' was made while attempt ' || e.attempt || ' was ' || e.status AS what
FROM runs r JOIN runs e ON e.build_id = r.build_id AND e.step_path = r.step_path AND e.attempt = r.attempt - 1
WHERE r.build_id IS NOT NULL AND e.ended_at IS NULL
