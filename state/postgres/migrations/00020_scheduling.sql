-- +goose Up
-- Of a job: the key that it shares a limit on builds with other jobs of the team
-- by, and the clock that starts builds (cron and time zone). NULL: none.
ALTER TABLE objects ADD COLUMN concurrency_key text;
ALTER TABLE objects ADD COLUMN schedule text;
-- The tick of that clock up to which builds were made. A clock that changes begins
-- anew, when it changes.
ALTER TABLE objects ADD COLUMN last_tick_at timestamptz;
CREATE INDEX objects_concurrency ON objects (concurrency_key) WHERE concurrency_key IS NOT NULL;
CREATE INDEX objects_schedule ON objects (id) WHERE schedule IS NOT NULL;

-- Values that the build was started with, by the name of the param.
ALTER TABLE builds ADD COLUMN params jsonb NOT NULL DEFAULT '{}';
-- The tick that made it.
ALTER TABLE builds ADD COLUMN tick_at timestamptz;
CREATE UNIQUE INDEX builds_tick ON builds (job_id, tick_at) WHERE tick_at IS NOT NULL;

-- What passed a job is looked for among its succeeded builds, newest first.
CREATE INDEX builds_succeeded ON builds (job_id, number DESC) WHERE status = 'succeeded';

ALTER TABLE pipelines ADD COLUMN archived boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE pipelines DROP COLUMN archived;
DROP INDEX builds_succeeded, builds_tick;
ALTER TABLE builds DROP COLUMN tick_at, DROP COLUMN params;
ALTER TABLE objects DROP COLUMN last_tick_at, DROP COLUMN schedule, DROP COLUMN concurrency_key;
