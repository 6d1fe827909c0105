-- name: GetTeam :one
SELECT * FROM teams WHERE name = $1;

-- name: InsertTeam :exec
WITH made AS (
    INSERT INTO teams (id, name) VALUES (gen_random_uuid(), @name) ON CONFLICT (name) DO NOTHING RETURNING id, name
)
INSERT INTO audit_events (team_id, actor, action, subject, details, address)
SELECT id, @actor, 'team.create', 'team/' || name, jsonb_build_object('before', NULL, 'after', name), @address FROM made;

-- name: InsertToken :one
INSERT INTO tokens (id, team_id, name, role, hash)
SELECT gen_random_uuid(), teams.id, @name, @role, @hash FROM teams WHERE teams.name = @team RETURNING team_id;

-- name: RevokeTokens :many
UPDATE tokens SET revoked_at = now() FROM teams
WHERE teams.id = tokens.team_id AND teams.name = @team AND tokens.name = @name AND tokens.revoked_at IS NULL RETURNING tokens.team_id;

-- name: GetIdentity :one
SELECT tokens.team_id, teams.name AS team, tokens.name, tokens.role
FROM tokens JOIN teams ON teams.id = tokens.team_id WHERE tokens.hash = @hash AND tokens.revoked_at IS NULL;

-- name: InsertWorkerKey :exec
INSERT INTO worker_keys (id, name, hash) VALUES (gen_random_uuid(), @name, @hash);

-- name: GetWorkerKey :one
SELECT name FROM worker_keys WHERE hash = @hash AND revoked_at IS NULL;

-- name: RevokeWorkerKeys :execrows
UPDATE worker_keys SET revoked_at = now() WHERE name = @name AND revoked_at IS NULL;

-- name: InsertEvent :exec
INSERT INTO audit_events (team_id, actor, action, subject, details, address) VALUES (@team_id, @actor, @action, @subject, @details, @address);

-- name: ListEvents :many
SELECT at, actor, action, subject, details, address FROM audit_events WHERE team_id = @team_id ORDER BY id DESC LIMIT @n;
