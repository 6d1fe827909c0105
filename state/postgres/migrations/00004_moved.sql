-- +goose Up
-- The address that the object had then, where it has moved since; NULL: the one
-- that it has.
ALTER TABLE object_versions ADD COLUMN address text;

-- +goose Down
ALTER TABLE object_versions DROP COLUMN address;
