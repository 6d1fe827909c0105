-- name: APIWorkers :many
SELECT w.id, w.name, w.status, w.runtime, w.platform, w.tags, w.capacity, w.version, (CASE WHEN w.message = '' THEN w.refuses ELSE w.message END)::text AS message, w.registered_at, w.heartbeat_at,
       w.cpu_millis, w.memory_bytes, w.max_tasks, w.max_builds, l.running, l.tasks, l.builds, l.cpu_reserved, l.memory_reserved
FROM workers w, LATERAL (
    SELECT count(*)::integer AS running, (count(*) FILTER (WHERE r.kind = 'task'))::integer AS tasks, count(DISTINCT r.build_id)::integer AS builds,
           coalesce(sum(r.cpu_millis), 0)::bigint AS cpu_reserved, coalesce(sum(r.memory_bytes), 0)::bigint AS memory_reserved
    FROM runs r WHERE r.worker_id = w.id AND r.status IN ('assigned', 'running')) l
ORDER BY w.name;

-- name: APIAudit :exec
INSERT INTO audit_events (team_id, actor, action, subject, details, address)
SELECT teams.id, @actor, @action, @subject, @details, @address FROM teams WHERE teams.name = @team;
