-- +goose Up
-- Of a rerun or a resumed build: the build that it does again.
ALTER TABLE builds ADD COLUMN again_of uuid REFERENCES builds ON DELETE SET NULL;
CREATE INDEX builds_again ON builds (again_of) WHERE again_of IS NOT NULL;

-- +goose Down
ALTER TABLE builds DROP COLUMN again_of;
