-- +goose Up
-- Of a cache: the job that has it, and when a run last did.
ALTER TABLE volumes ADD COLUMN job_id uuid REFERENCES objects ON DELETE SET NULL;
ALTER TABLE volumes ADD COLUMN used_at timestamptz NOT NULL DEFAULT clock_timestamp();
CREATE INDEX volumes_job ON volumes (job_id) WHERE job_id IS NOT NULL;

-- +goose Down
DROP INDEX volumes_job;
ALTER TABLE volumes DROP COLUMN used_at, DROP COLUMN job_id;
