-- name: OpenBuilds :many
SELECT o.address, b.number FROM builds b JOIN objects o ON o.id = b.job_id
WHERE b.pipeline_id = @pipeline_id AND b.status IN ('pending', 'running') ORDER BY o.address, b.number;

-- name: BusyWorkers :many
SELECT DISTINCT r.worker_id::uuid AS worker_id FROM runs r JOIN builds b ON b.id = r.build_id
WHERE b.pipeline_id = @pipeline_id AND r.status IN ('assigned', 'running') AND r.worker_id IS NOT NULL;

-- name: ForgetConditions :exec
DELETE FROM conditions WHERE split_part(subject, '/', 2) IN (
    SELECT o.id::text FROM objects o WHERE o.pipeline_id = @pipeline_id
    UNION ALL SELECT b.id::text FROM builds b WHERE b.pipeline_id = @pipeline_id
    UNION ALL SELECT r.id::text FROM runs r JOIN builds rb ON rb.id = r.build_id WHERE rb.pipeline_id = @pipeline_id
);

-- name: ForgetObjectConditions :exec
DELETE FROM conditions WHERE subject = ANY (@subjects::text[]);

-- name: ForgetKeys :exec
DELETE FROM queue WHERE holder IS NULL AND split_part(key, '/', 2) IN (
    SELECT o.id::text FROM objects o WHERE o.pipeline_id = @pipeline_id
    UNION ALL SELECT b.id::text FROM builds b WHERE b.pipeline_id = @pipeline_id
);

-- name: AllResourceAddresses :many
SELECT o.address FROM resources r JOIN objects o ON o.id = r.object_id WHERE o.pipeline_id = @pipeline_id;

-- name: DeletePipeline :exec
DELETE FROM pipelines WHERE id = @id;
