-- name: APIWorkers :many
SELECT w.id, w.name, w.status, w.runtime, w.platform, w.tags, w.capacity, w.version, (CASE WHEN w.message = '' THEN w.refuses ELSE w.message END)::text AS message, w.registered_at, w.heartbeat_at,
       (SELECT count(*) FROM runs r WHERE r.worker_id = w.id AND r.status IN ('assigned', 'running'))::integer AS running
FROM workers w ORDER BY w.name;

-- name: APIAudit :exec
INSERT INTO audit_events (team_id, actor, action, subject, details, address)
SELECT teams.id, @actor, @action, @subject, @details, @address FROM teams WHERE teams.name = @team;
