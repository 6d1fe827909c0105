-- name: PutSubscriptions :exec
-- Since when it is wanted stays, where what is wanted does.
INSERT INTO subscriptions (pipeline_id, address, job_id, kind, events, config, secrets)
SELECT @pipeline_id, n.address, o.id, n.kind, string_to_array(n.events, ' '), n.config, nullif(n.secrets, '')
FROM (SELECT unnest(@addresses::text[]) AS address, unnest(@jobs::text[]) AS job, unnest(@kinds::text[]) AS kind,
             unnest(@events::text[]) AS events, unnest(@configs::bytea[]) AS config, unnest(@secrets::bytea[]) AS secrets) n
LEFT JOIN objects o ON o.pipeline_id = @pipeline_id AND o.address = n.job AND n.job <> ''
ON CONFLICT (pipeline_id, address) DO UPDATE SET
    job_id = excluded.job_id, kind = excluded.kind, events = excluded.events, config = excluded.config, secrets = excluded.secrets,
    since = CASE WHEN subscriptions.job_id IS NOT DISTINCT FROM excluded.job_id AND subscriptions.events = excluded.events THEN subscriptions.since ELSE clock_timestamp() END;

-- name: DropSubscriptions :exec
DELETE FROM subscriptions WHERE pipeline_id = @pipeline_id AND NOT (address = ANY (@keep::text[]));

-- name: NotificationsOf :many
-- What is to be told to one address of one build, oldest first.
SELECT n.id, n.number, n.kind, n.status, n.state, n.attempts, n.since, n.next_at, n.reason, (s.address IS NOT NULL)::boolean AS wanted, clock_timestamp()::timestamptz AS now
FROM notifications n LEFT JOIN subscriptions s ON s.pipeline_id = n.pipeline_id AND s.address = n.address
WHERE (n.build_id = @build_id OR n.build_id IS NULL AND n.id = @build_id) AND n.address = @address ORDER BY n.number;

-- name: NotificationToSend :one
SELECT n.id, n.number, n.build_id, n.address, n.status, n.change, n.previous, n.message, n.created_at, n.asked_by, t.name AS team, p.name AS pipeline,
       s.kind, s.config, s.secrets
FROM notifications n JOIN teams t ON t.id = n.team_id JOIN pipelines p ON p.id = n.pipeline_id
JOIN subscriptions s ON s.pipeline_id = n.pipeline_id AND s.address = n.address
WHERE n.id = @id;

-- name: BuildToTellOf :one
SELECT b.id, o.address, b.number, b.created_by, b.params, b.started_at, b.ended_at,
       (SELECT v.spec FROM object_versions v WHERE v.object_id = b.job_id AND v.from_revision <= b.revision AND (v.to_revision IS NULL OR v.to_revision > b.revision)) AS spec
FROM builds b JOIN objects o ON o.id = b.job_id WHERE b.id = @id;

-- name: InputsToTellOf :many
SELECT i.name, o.address, v.version FROM build_inputs i JOIN versions v ON v.id = i.version_id JOIN objects o ON o.id = i.resource_id
WHERE i.build_id = @build_id ORDER BY i.name;

-- name: MoveNotification :execrows
UPDATE notifications SET state = @state, attempts = @attempts, reason = @reason, next_at = @next_at,
    ended_at = CASE WHEN @state = 'waiting' THEN NULL ELSE clock_timestamp() END
WHERE id = @id AND state = ANY (@from_state::text[]);

-- name: ListNotifications :many
SELECT n.number, n.id, p.name AS pipeline, n.address, n.kind, coalesce(o.address, '')::text AS job, coalesce(b.number, 0)::bigint AS build, n.status, n.change, n.state,
       n.attempts, n.created_at, n.next_at, n.ended_at, n.reason, n.asked_by
FROM notifications n JOIN pipelines p ON p.id = n.pipeline_id JOIN teams t ON t.id = n.team_id
LEFT JOIN builds b ON b.id = n.build_id LEFT JOIN objects o ON o.id = b.job_id
WHERE t.name = @team AND (@pipeline::text = '' OR p.name = @pipeline) AND (NOT @dead::boolean OR n.state = 'dead') AND (@id::text = '' OR n.id::text = @id)
ORDER BY n.number DESC LIMIT @most;

-- name: FindNotification :one
SELECT n.id, n.number, n.state, coalesce(n.build_id, n.id)::text AS build, n.address, p.name AS pipeline
FROM notifications n JOIN teams t ON t.id = n.team_id JOIN pipelines p ON p.id = n.pipeline_id
WHERE t.name = @team AND (n.number::text = @id::text OR n.id::text = @id::text);

-- name: RetryNotification :execrows
UPDATE notifications SET state = 'waiting', attempts = 0, ended_at = NULL, since = clock_timestamp(), next_at = clock_timestamp()
WHERE id = @id AND state = ANY (@from_state::text[]);

-- name: SubscriptionsOf :many
SELECT s.address, s.kind, coalesce(o.address, '')::text AS job FROM subscriptions s
JOIN pipelines p ON p.id = s.pipeline_id JOIN teams t ON t.id = p.team_id LEFT JOIN objects o ON o.id = s.job_id
WHERE t.name = @team AND p.name = @pipeline ORDER BY s.address;

-- name: TestNotification :one
INSERT INTO notifications (id, team_id, pipeline_id, address, kind, status, message, asked_by)
SELECT gen_random_uuid(), p.team_id, p.id, s.address, s.kind, 'test', 'This is a test.', @actor
FROM subscriptions s JOIN pipelines p ON p.id = s.pipeline_id JOIN teams t ON t.id = p.team_id
WHERE t.name = @team AND p.name = @pipeline AND s.address = @address
RETURNING id, number;

-- name: ForgetNotifications :execrows
DELETE FROM notifications WHERE id IN (
    SELECT n.id FROM notifications n WHERE n.state <> 'waiting' AND n.ended_at < clock_timestamp() - make_interval(secs => @older::float8) LIMIT 1000
);

-- name: CountNotifications :many
SELECT kind, state, count(*) AS total FROM notifications WHERE state IN ('waiting', 'dead') GROUP BY kind, state ORDER BY kind, state;
