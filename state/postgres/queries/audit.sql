-- name: FindEvents :many
-- Of a team, or of the whole installation with it. Of an object: its subject, or the
-- kind of thing before the slash.
SELECT at, actor, action, subject, details, address FROM audit_events
WHERE (team_id = @team_id OR @installation::boolean AND team_id IS NULL) AND at >= @since AND (@actor::text = '' OR actor = @actor)
    AND (@object::text = '' OR subject = @object OR starts_with(subject, @object || '/'))
ORDER BY id DESC LIMIT @most;

-- name: AuditChain :one
SELECT seq, hash, forgotten_seq, forgotten_hash, (SELECT count(*) FROM audit_events e WHERE e.seq IS NULL) AS unsealed FROM audit_chain;

-- name: LockAuditChain :one
-- One at a time makes the chain longer or shorter.
SELECT seq, hash, forgotten_seq, forgotten_hash FROM audit_chain FOR UPDATE;

-- name: UnsealedEvents :many
-- One that is committed late goes behind those with greater ids that were sealed.
SELECT id, team_id, at, actor, action, subject, details, address FROM audit_events WHERE seq IS NULL ORDER BY id LIMIT @most;

-- name: SealEvents :exec
UPDATE audit_events e SET seq = x.seq, hash = x.hash
FROM (SELECT unnest(@ids::bigint[]) AS id, unnest(@seqs::bigint[]) AS seq, unnest(@hashes::text[]) AS hash) x WHERE e.id = x.id;

-- name: MoveAuditHead :exec
UPDATE audit_chain SET seq = @seq, hash = @hash;

-- name: SealedEvents :many
SELECT seq, team_id, at, actor, action, subject, details, address, hash FROM audit_events WHERE seq > @after::bigint ORDER BY seq LIMIT @most;

-- name: AuditHashAt :one
SELECT hash FROM audit_events WHERE seq = @seq::bigint;

-- name: OldEvents :many
-- From the beginning of the chain.
SELECT seq, hash, at < clock_timestamp() - make_interval(secs => @seconds::float8) AS over FROM audit_events WHERE seq IS NOT NULL ORDER BY seq LIMIT @most;

-- name: ForgetEvents :exec
UPDATE audit_chain SET forgotten_seq = @seq, forgotten_hash = @hash, forgotten_at = clock_timestamp();

-- name: DeleteForgottenEvents :exec
DELETE FROM audit_events WHERE seq <= @seq::bigint;
