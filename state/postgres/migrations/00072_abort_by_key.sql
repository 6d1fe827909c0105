-- +goose Up
-- The end was asked for by a concurrency key, and by no person yet: the first who does
-- ask is not taken for one who does not want to wait.
ALTER TABLE builds ADD COLUMN abort_by_key boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE builds DROP COLUMN abort_by_key;
