-- name: RecordPassages :exec
-- Of a build that has just succeeded; of any other it does nothing.
INSERT INTO passages (build_id, resource_id, version_id, job_id, number)
SELECT b.id, x.resource_id, x.version_id, b.job_id, b.number
FROM builds b CROSS JOIN LATERAL (
    SELECT i.resource_id, i.version_id FROM build_inputs i WHERE i.build_id = b.id
    UNION SELECT o.resource_id, o.version_id FROM build_outputs o WHERE o.build_id = b.id
) x WHERE b.id = @id AND b.status = 'succeeded'
ON CONFLICT DO NOTHING;

-- name: RecordPassed :exec
-- In one order: builds of several jobs may succeed at once.
INSERT INTO passed_versions (resource_id, version_id, jobs)
SELECT p.resource_id, p.version_id, ARRAY[p.job_id] FROM passages p
WHERE p.build_id = @id AND NOT EXISTS (
    SELECT 1 FROM passed_versions x WHERE x.resource_id = p.resource_id AND x.version_id = p.version_id AND p.job_id = ANY (x.jobs))
ORDER BY p.resource_id, p.version_id
ON CONFLICT (resource_id, version_id) DO UPDATE SET jobs = passed_versions.jobs || excluded.jobs WHERE NOT passed_versions.jobs @> excluded.jobs;

-- name: UseVersions :exec
INSERT INTO used_versions (job_id, name, version_id)
SELECT b.job_id, n.name, n.version_id
FROM builds b, (SELECT unnest(@names::text[]) AS name, unnest(@versions::bigint[]) AS version_id) n WHERE b.id = @build_id
ON CONFLICT DO NOTHING;

-- name: BuildsThatHad :many
-- The newest succeeded builds of jobs that had a version, newest first, and the
-- versions that they had of some resources: the resources as places in the list.
SELECT w.ord::int AS ord, b.build_id, x.resources::int[] AS resources, x.versions::bigint[] AS versions
FROM (SELECT unnest(@ords::int[]) AS ord, unnest(@jobs::uuid[]) AS job_id, unnest(@had::uuid[]) AS resource_id, unnest(@versions::bigint[]) AS version_id) w
CROSS JOIN LATERAL (
    SELECT p.build_id, p.number FROM passages p
    WHERE p.job_id = w.job_id AND p.resource_id = w.resource_id AND p.version_id = w.version_id ORDER BY p.number DESC LIMIT @most
) b
CROSS JOIN LATERAL (
    SELECT array_agg(array_position(@resources::uuid[], y.resource_id)) AS resources, array_agg(y.version_id) AS versions
    FROM passages y WHERE y.build_id = b.build_id AND y.resource_id = ANY (@resources::uuid[])
) x
ORDER BY 1, b.number DESC;

-- name: BuildsThatHadAll :many
-- Which of the questions have a succeeded build that had all they name.
WITH c AS (
    SELECT unnest(@ords::int[]) AS ord, unnest(@firsts::boolean[]) AS first, unnest(@jobs::uuid[]) AS job_id,
           unnest(@resources::uuid[]) AS resource_id, unnest(@versions::bigint[]) AS version_id
)
SELECT f.ord::int FROM c f WHERE f.first AND EXISTS (
    SELECT 1 FROM passages a WHERE a.job_id = f.job_id AND a.resource_id = f.resource_id AND a.version_id = f.version_id AND NOT EXISTS (
        SELECT 1 FROM c o WHERE o.ord = f.ord AND NOT o.first AND (
            SELECT 1 FROM passages p WHERE p.build_id = a.build_id AND p.resource_id = o.resource_id AND p.version_id = o.version_id LIMIT 1) IS NULL));
