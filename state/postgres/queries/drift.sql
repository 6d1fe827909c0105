-- name: DriftObjects :many
-- Every live object and every open definition, matched; either may be missing.
SELECT coalesce(o.address, '')::text AS address, coalesce(o.kind, '')::text AS kind,
    o.spec_digest AS object_spec, o.exec_digest AS object_exec,
    v.spec, coalesce(v.spec_digest, '')::text AS spec_digest, coalesce(v.exec_digest, '')::text AS exec_digest,
    s.key AS scope_key
FROM objects o
LEFT JOIN object_versions v ON v.object_id = o.id AND v.to_revision IS NULL
LEFT JOIN resources r ON r.object_id = o.id
LEFT JOIN scopes s ON s.id = r.scope_id
WHERE o.pipeline_id = @pipeline_id AND (o.spec_digest IS NOT NULL OR v.object_id IS NOT NULL)
ORDER BY o.address;
