-- +goose Up
-- The log of a run whose build has ended is put together into few pieces.
ALTER TABLE runs ADD COLUMN log_packed boolean NOT NULL DEFAULT false;
CREATE INDEX runs_loose_log ON runs (created_at) WHERE NOT log_packed AND build_id IS NOT NULL AND status IN ('exited', 'lost');

-- +goose Down
DROP INDEX runs_loose_log;
ALTER TABLE runs DROP COLUMN log_packed;
