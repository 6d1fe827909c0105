-- +goose Up
-- Whom pipelines want told what becomes of builds: what their revision in force
-- says, written when it is applied.
CREATE TABLE subscriptions (
    pipeline_id uuid NOT NULL REFERENCES pipelines ON DELETE CASCADE,
    address     text NOT NULL,                             -- notify.ops, job.unit.notify.ops
    job_id      uuid REFERENCES objects ON DELETE CASCADE, -- NULL: builds of any job
    kind        text NOT NULL,
    events      text[] NOT NULL,                           -- any of them
    config      bytea NOT NULL,
    secrets     bytea,                                     -- how the secrets that config names are read; never a value
    since       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (pipeline_id, address)
);
CREATE INDEX subscriptions_job ON subscriptions (job_id) WHERE job_id IS NOT NULL;

-- What is to be told, and what became of that. Each status of a build is told once
-- to each address, however many servers there are.
CREATE TABLE notifications (
    id          uuid PRIMARY KEY,                          -- the other side gets it, the same with each attempt
    number      bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE, -- for people
    team_id     uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    pipeline_id uuid NOT NULL REFERENCES pipelines ON DELETE CASCADE,
    build_id    uuid REFERENCES builds ON DELETE CASCADE,  -- NULL: a test
    address     text NOT NULL,
    kind        text NOT NULL,
    status      text NOT NULL,                             -- that the build got: started, or as it ended
    change      text NOT NULL DEFAULT '',                  -- fixed or broken
    previous    text NOT NULL DEFAULT '',                  -- how the build before it ended
    message     text NOT NULL DEFAULT '',
    asked_by    text NOT NULL DEFAULT '',                  -- of a test
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'skipped', 'dead')),
    attempts    integer NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    since       timestamptz NOT NULL DEFAULT clock_timestamp(), -- of its first attempt, or of the first since somebody wanted it tried again
    next_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at    timestamptz,
    reason      text NOT NULL DEFAULT '',                  -- why it is not sent
    UNIQUE (build_id, address, status),
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX notifications_team ON notifications (team_id, number DESC);
CREATE INDEX notifications_waiting ON notifications (next_at) WHERE state = 'waiting';
CREATE INDEX notifications_ended ON notifications (ended_at) WHERE state <> 'waiting';

-- A build's move and what is to be told of it are one thing, whoever moves it.
-- +goose StatementBegin
CREATE FUNCTION tell_of_build() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    event text := CASE NEW.status WHEN 'running' THEN 'started' ELSE NEW.status END;
    was   text := '';
    turn  text := '';
BEGIN
    IF NOT EXISTS (SELECT FROM subscriptions s WHERE s.pipeline_id = NEW.pipeline_id AND (s.job_id IS NULL OR s.job_id = NEW.job_id)) THEN
        RETURN NULL;
    END IF;
    SELECT b.status INTO was FROM builds b
    WHERE b.job_id = NEW.job_id AND b.number < NEW.number AND b.status IN ('succeeded', 'failed', 'errored') ORDER BY b.number DESC LIMIT 1;
    was := coalesce(was, '');
    IF event = 'succeeded' AND was IN ('failed', 'errored') THEN
        turn := 'fixed';
    ELSIF event IN ('failed', 'errored') AND was NOT IN ('failed', 'errored') THEN
        turn := 'broken';
    END IF;
    WITH told AS (
        INSERT INTO notifications (id, team_id, pipeline_id, build_id, address, kind, status, change, previous, message)
        SELECT gen_random_uuid(), NEW.team_id, NEW.pipeline_id, NEW.id, s.address, s.kind, event, turn, was, NEW.message
        FROM subscriptions s
        WHERE s.pipeline_id = NEW.pipeline_id AND (s.job_id IS NULL OR s.job_id = NEW.job_id) AND s.events && ARRAY[event, turn]
        ON CONFLICT (build_id, address, status) DO NOTHING
        RETURNING address
    )
    INSERT INTO queue_marks (key, due_at) SELECT 'notify/' || NEW.id || '/' || told.address, clock_timestamp() FROM told;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER tell_of_new_build AFTER INSERT ON builds FOR EACH ROW WHEN (NEW.status <> 'pending') EXECUTE FUNCTION tell_of_build();
CREATE TRIGGER tell_of_build AFTER UPDATE OF status ON builds FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION tell_of_build();

-- +goose Down
DROP TRIGGER tell_of_build ON builds;
DROP TRIGGER tell_of_new_build ON builds;
DROP FUNCTION tell_of_build();
DROP TABLE notifications;
DROP TABLE subscriptions;
