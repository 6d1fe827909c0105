-- +goose Up
-- What succeeded builds had and made. Written when a build succeeds, so that nobody who
-- looks for what passed reads the builds that did not.
CREATE TABLE passages (
    build_id    uuid NOT NULL REFERENCES builds ON DELETE CASCADE,
    resource_id uuid NOT NULL,
    version_id  bigint NOT NULL,
    job_id      uuid NOT NULL,
    number      bigint NOT NULL,           -- of the build
    PRIMARY KEY (build_id, resource_id, version_id)
);
CREATE INDEX passages_version ON passages (job_id, resource_id, version_id, number DESC) INCLUDE (build_id);
INSERT INTO passages (build_id, resource_id, version_id, job_id, number)
SELECT b.id, x.resource_id, x.version_id, b.job_id, b.number
FROM builds b CROSS JOIN LATERAL (
    SELECT i.resource_id, i.version_id FROM build_inputs i WHERE i.build_id = b.id
    UNION SELECT o.resource_id, o.version_id FROM build_outputs o WHERE o.build_id = b.id
) x WHERE b.status = 'succeeded';

-- The jobs that each version passed.
CREATE TABLE passed_versions (
    resource_id uuid NOT NULL REFERENCES objects ON DELETE CASCADE,
    version_id  bigint NOT NULL,
    jobs        uuid[] NOT NULL,
    PRIMARY KEY (resource_id, version_id)
);
INSERT INTO passed_versions (resource_id, version_id, jobs)
SELECT resource_id, version_id, array_agg(DISTINCT job_id) FROM passages GROUP BY resource_id, version_id;

-- The versions that builds of a job have had, by the get: each version once, however
-- many builds had it.
CREATE TABLE used_versions (
    job_id     uuid NOT NULL REFERENCES objects ON DELETE CASCADE,
    name       text NOT NULL,
    version_id bigint NOT NULL,
    PRIMARY KEY (job_id, name, version_id)
);
INSERT INTO used_versions (job_id, name, version_id)
SELECT DISTINCT b.job_id, i.name, i.version_id FROM builds b JOIN build_inputs i ON i.build_id = b.id;

-- The builds of a job before it last changed.
CREATE INDEX builds_revision ON builds (job_id, revision DESC, number DESC);
DROP INDEX builds_succeeded;

-- +goose Down
CREATE INDEX builds_succeeded ON builds (job_id, number DESC) WHERE status = 'succeeded';
DROP INDEX builds_revision;
DROP TABLE used_versions, passed_versions, passages;
