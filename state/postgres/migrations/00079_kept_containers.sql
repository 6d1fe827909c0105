-- +goose Up
-- Somebody is in the container: until then it is not destroyed.
ALTER TABLE containers ADD COLUMN held_until timestamptz;

-- +goose Down
ALTER TABLE containers DROP COLUMN held_until;
