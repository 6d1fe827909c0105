-- +goose Up
-- Why a worker takes no new runs, as it says itself with each heartbeat: its disk is
-- nearly full. Empty where it takes them.
ALTER TABLE workers ADD COLUMN refuses text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE workers DROP COLUMN refuses;
