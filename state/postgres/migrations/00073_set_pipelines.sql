-- +goose Up
ALTER TABLE runs DROP CONSTRAINT runs_kind_check;
ALTER TABLE runs ADD CONSTRAINT runs_kind_check CHECK (kind IN ('task', 'get', 'put', 'check', 'load', 'set_pipeline'));

-- What became of a pipeline that a step sets: one answer for each run that compiled
-- one, however often its end is reported.
CREATE TABLE pipeline_sets (
    run_id   uuid PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    build_id uuid NOT NULL REFERENCES builds ON DELETE CASCADE,
    refused  boolean NOT NULL,
    message  text NOT NULL,
    fault    text NOT NULL DEFAULT '' CHECK (fault IN ('', 'user', 'system', 'policy')),
    at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX pipeline_sets_build ON pipeline_sets (build_id);

-- Which build has set a pipeline last, as long as no person applies something to it.
-- Its job's pipeline is the parent, unless it is the same one.
CREATE TABLE pipeline_parents (
    pipeline_id  uuid NOT NULL REFERENCES pipelines ON DELETE CASCADE,
    own          boolean NOT NULL,        -- it sets itself
    job_id       uuid NOT NULL REFERENCES objects ON DELETE CASCADE,
    build_number bigint NOT NULL,
    build_at     timestamptz NOT NULL,    -- when the build was made: an older one leaves the pipeline as it is
    PRIMARY KEY (pipeline_id, own)
);
CREATE INDEX pipeline_parents_job ON pipeline_parents (job_id);

-- +goose Down
DROP TABLE pipeline_parents, pipeline_sets;
DELETE FROM runs WHERE kind = 'set_pipeline';
ALTER TABLE runs DROP CONSTRAINT runs_kind_check;
ALTER TABLE runs ADD CONSTRAINT runs_kind_check CHECK (kind IN ('task', 'get', 'put', 'check', 'load'));
