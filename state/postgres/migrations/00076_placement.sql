-- +goose Up
-- What a run asks of its worker, and what workers have. Zero is: nothing is asked for,
-- or nothing was said, and then any number fits.
ALTER TABLE runs
    ADD COLUMN platform      text NOT NULL DEFAULT '',       -- linux, linux/arm64; '': any
    ADD COLUMN cpu_millis    bigint NOT NULL DEFAULT 0,
    ADD COLUMN memory_bytes  bigint NOT NULL DEFAULT 0,
    ADD COLUMN loose         boolean NOT NULL DEFAULT false, -- it takes no artifact and leaves none
    ADD COLUMN interruptible boolean NOT NULL DEFAULT false; -- who lands or retires does not wait for it
ALTER TABLE workers
    ADD COLUMN cpu_millis   bigint NOT NULL DEFAULT 0,
    ADD COLUMN memory_bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN max_tasks    integer NOT NULL DEFAULT 0,
    ADD COLUMN max_builds   integer NOT NULL DEFAULT 0;

-- What waits is read by what it asks for: no number of runs that no worker may have
-- now hides those that one may.
DROP INDEX runs_unplaced;
CREATE INDEX runs_unplaced ON runs (coalesce(team_id, '00000000-0000-0000-0000-000000000000'::uuid), tags, platform, cpu_millis, memory_bytes, priority DESC, created_at) WHERE status = 'unplaced';

-- +goose Down
DROP INDEX runs_unplaced;
CREATE INDEX runs_unplaced ON runs (coalesce(team_id, '00000000-0000-0000-0000-000000000000'::uuid), tags, priority DESC, created_at) WHERE status = 'unplaced';
ALTER TABLE workers DROP COLUMN max_builds, DROP COLUMN max_tasks, DROP COLUMN memory_bytes, DROP COLUMN cpu_millis;
ALTER TABLE runs DROP COLUMN interruptible, DROP COLUMN loose, DROP COLUMN memory_bytes, DROP COLUMN cpu_millis, DROP COLUMN platform;
