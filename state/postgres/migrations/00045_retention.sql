-- +goose Up
-- What is kept of the builds of a team's jobs that do not say it themselves; NULL:
-- what the server says.
ALTER TABLE teams ADD COLUMN keep_builds integer CHECK (keep_builds >= 0);
ALTER TABLE teams ADD COLUMN keep_days integer CHECK (keep_days >= 0);
ALTER TABLE teams ADD COLUMN keep_succeeded integer CHECK (keep_succeeded >= 0);

-- When the build's steps, runs and logs were deleted. What it took in and put out
-- stays as long as its row.
ALTER TABLE builds ADD COLUMN reaped_at timestamptz;
ALTER TABLE builds ADD CHECK (reaped_at IS NULL OR ended_at IS NOT NULL);
CREATE INDEX builds_whole ON builds (job_id, ended_at) WHERE reaped_at IS NULL AND ended_at IS NOT NULL;
CREATE INDEX builds_reaped ON builds (job_id, ended_at) WHERE reaped_at IS NOT NULL;
CREATE INDEX fetches_run ON fetches (run_id);

-- The newest that succeeded are counted off.
CREATE INDEX builds_succeeded ON builds (job_id, number DESC) WHERE status = 'succeeded';

-- How many of each kind of thing were ever deleted because nothing wants them.
CREATE TABLE collected (
    kind    text PRIMARY KEY,
    total   bigint NOT NULL,
    last_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE collected;
DROP INDEX builds_succeeded, fetches_run, builds_reaped, builds_whole;
ALTER TABLE builds DROP COLUMN reaped_at;
ALTER TABLE teams DROP COLUMN keep_succeeded, DROP COLUMN keep_days, DROP COLUMN keep_builds;
