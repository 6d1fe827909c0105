-- +goose Up
ALTER TABLE runs DROP CONSTRAINT runs_kind_check;
ALTER TABLE runs ADD CONSTRAINT runs_kind_check CHECK (kind IN ('task', 'get', 'put', 'check', 'load'));
-- Its result is a value that is not to be shown: it goes when the build ends.
ALTER TABLE runs ADD COLUMN hidden boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE runs DROP COLUMN hidden;
DELETE FROM runs WHERE kind = 'load';
ALTER TABLE runs DROP CONSTRAINT runs_kind_check;
ALTER TABLE runs ADD CONSTRAINT runs_kind_check CHECK (kind IN ('task', 'get', 'put', 'check'));
