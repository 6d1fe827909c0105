-- +goose Up
ALTER TABLE steps DROP CONSTRAINT steps_status_check;
ALTER TABLE steps ADD CONSTRAINT steps_status_check
    CHECK (status IN ('waiting', 'ready', 'blocked', 'running', 'succeeded', 'failed', 'errored', 'aborted', 'skipped'));

-- What steps have asked people, and what they answered.
CREATE TABLE approvals (
    build_id    uuid NOT NULL REFERENCES builds ON DELETE CASCADE,
    path        text NOT NULL,
    message     text NOT NULL,
    approvers   text[] NOT NULL DEFAULT '{}', -- role:…, user:…; none: members of the team
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at  timestamptz,
    approved    boolean,                      -- NULL: no answer yet
    answered_by text NOT NULL DEFAULT '',
    comment     text NOT NULL DEFAULT '',
    answered_at timestamptz,
    PRIMARY KEY (build_id, path),
    FOREIGN KEY (build_id, path) REFERENCES steps ON DELETE CASCADE,
    CHECK ((approved IS NULL) = (answered_at IS NULL))
);
CREATE INDEX approvals_open ON approvals (asked_at) WHERE approved IS NULL;

-- +goose Down
DROP TABLE approvals;
UPDATE steps SET status = 'errored', ended_at = clock_timestamp() WHERE status = 'blocked';
ALTER TABLE steps DROP CONSTRAINT steps_status_check;
ALTER TABLE steps ADD CONSTRAINT steps_status_check
    CHECK (status IN ('waiting', 'ready', 'running', 'succeeded', 'failed', 'errored', 'aborted', 'skipped'));
