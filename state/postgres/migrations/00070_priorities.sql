-- +goose Up
-- Of a job, as it is now; and of a run, as its job's was when the run was made.
ALTER TABLE objects ADD COLUMN priority smallint NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN priority smallint NOT NULL DEFAULT 0;
DROP INDEX runs_unplaced;
CREATE INDEX runs_unplaced ON runs (coalesce(team_id, '00000000-0000-0000-0000-000000000000'::uuid), tags, priority DESC, created_at) WHERE status = 'unplaced';

-- +goose Down
DROP INDEX runs_unplaced;
CREATE INDEX runs_unplaced ON runs (coalesce(team_id, '00000000-0000-0000-0000-000000000000'::uuid), tags, created_at) WHERE status = 'unplaced';
ALTER TABLE runs DROP COLUMN priority;
ALTER TABLE objects DROP COLUMN priority;
