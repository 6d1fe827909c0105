-- name: GetPipeline :one
SELECT id, revision, paused FROM pipelines WHERE team_id = @team_id AND name = @name;

-- name: InsertPipeline :exec
INSERT INTO pipelines (id, team_id, name) VALUES (gen_random_uuid(), @team_id, @name) ON CONFLICT (team_id, name) DO NOTHING;

-- name: LockPipeline :one
-- One apply at a time; builds may start meanwhile.
SELECT id, revision, paused FROM pipelines WHERE team_id = @team_id AND name = @name FOR NO KEY UPDATE;

-- name: LockPipelineForDelete :one
-- And no build may start.
SELECT id, revision, paused FROM pipelines WHERE team_id = @team_id AND name = @name FOR UPDATE;

-- name: ListPipelines :many
SELECT p.id, p.name, p.revision, p.paused, r.digest, r.actor, r.created_at AS applied_at
FROM pipelines p JOIN revisions r ON r.pipeline_id = p.id AND r.number = p.revision
WHERE p.team_id = @team_id ORDER BY p.name;

-- name: GetRevision :one
SELECT digest, header, actor FROM revisions WHERE pipeline_id = @pipeline_id AND number = @number;

-- name: GraphRows :many
SELECT coalesce(v.address, o.address) AS address, o.kind, v.spec, v.meta, v.spec_digest, v.exec_digest
FROM object_versions v JOIN objects o ON o.id = v.object_id
WHERE v.pipeline_id = @pipeline_id AND v.from_revision <= @revision::bigint
    AND (v.to_revision IS NULL OR v.to_revision > @revision::bigint);

-- name: ChangedBy :many
SELECT o.address, o.changed_revision, r.actor
FROM objects o JOIN revisions r ON r.pipeline_id = o.pipeline_id AND r.number = o.changed_revision
WHERE o.pipeline_id = @pipeline_id AND o.address = ANY (@addresses::text[]);

-- name: InsertRevision :exec
WITH raised AS (UPDATE pipelines SET revision = @number WHERE pipelines.id = @pipeline_id)
INSERT INTO revisions (pipeline_id, number, digest, header, plan_digest, actor)
VALUES (@pipeline_id, @number, @digest, @header, @plan_digest, @actor);

-- name: KeepAddresses :exec
-- What is about to get another address had its own until now.
UPDATE object_versions v SET address = o.address FROM objects o
WHERE o.id = v.object_id AND o.pipeline_id = @pipeline_id AND o.address = ANY (@addresses::text[]) AND v.address IS NULL;

-- name: FreeAddresses :exec
-- No address begins with a slash: so they can be given anew in any order.
UPDATE objects SET address = '/' || address WHERE pipeline_id = @pipeline_id AND address = ANY (@addresses::text[]);

-- name: GiveAddresses :exec
UPDATE objects o SET address = n.new FROM (SELECT unnest(@old::text[]) AS old, unnest(@new::text[]) AS new) n
WHERE o.pipeline_id = @pipeline_id AND o.address = '/' || n.old;

-- name: PutObjects :exec
-- An address that comes back is the same object as before.
INSERT INTO objects (id, pipeline_id, address, kind, spec_digest, exec_digest, changed_revision)
SELECT gen_random_uuid(), @pipeline_id, n.address, n.kind, n.spec_digest, n.exec_digest, @revision
FROM (SELECT unnest(@addresses::text[]) AS address, unnest(@kinds::text[]) AS kind,
    unnest(@spec_digests::text[]) AS spec_digest, unnest(@exec_digests::text[]) AS exec_digest) n
ON CONFLICT (pipeline_id, address) DO UPDATE SET
    spec_digest = excluded.spec_digest, exec_digest = excluded.exec_digest,
    changed_revision = CASE WHEN objects.spec_digest IS DISTINCT FROM excluded.spec_digest
        THEN excluded.changed_revision ELSE objects.changed_revision END;

-- name: EndVersions :exec
UPDATE object_versions v SET to_revision = @revision::bigint FROM objects o
WHERE o.id = v.object_id AND o.pipeline_id = @pipeline_id AND o.address = ANY (@addresses::text[]) AND v.to_revision IS NULL;

-- name: InsertVersions :exec
INSERT INTO object_versions (object_id, pipeline_id, from_revision, spec, spec_digest, exec_digest, meta)
SELECT o.id, o.pipeline_id, @revision, n.spec, n.spec_digest, n.exec_digest, n.meta
FROM (SELECT unnest(@addresses::text[]) AS address, unnest(@specs::bytea[]) AS spec,
    unnest(@spec_digests::text[]) AS spec_digest, unnest(@exec_digests::text[]) AS exec_digest,
    unnest(@metas::bytea[]) AS meta) n
JOIN objects o ON o.pipeline_id = @pipeline_id AND o.address = n.address;

-- name: MoveMetas :exec
-- The same definition, on another line of the file.
UPDATE object_versions v SET meta = n.meta
FROM (SELECT unnest(@addresses::text[]) AS address, unnest(@metas::bytea[]) AS meta) n
JOIN objects o ON o.pipeline_id = @pipeline_id AND o.address = n.address
WHERE v.object_id = o.id AND v.to_revision IS NULL;

-- name: DeleteObjects :many
UPDATE objects SET spec_digest = NULL, exec_digest = NULL, concurrency_key = NULL, schedule = NULL, last_tick_at = NULL, changed_revision = @revision
WHERE pipeline_id = @pipeline_id AND address = ANY (@addresses::text[])
RETURNING id;

-- name: ObjectIDs :many
SELECT id FROM objects WHERE pipeline_id = @pipeline_id AND address = ANY (@addresses::text[]);

-- name: PipelineRevision :one
SELECT revision FROM pipelines WHERE id = @id;
