-- +goose Up
-- The checks that a build which a person asked for waits for: of each resource that it
-- takes without `passed` and without a pin, one that began after asked_at.
CREATE TABLE build_checks (
    build_id    uuid NOT NULL REFERENCES builds ON DELETE CASCADE,
    resource_id uuid NOT NULL REFERENCES objects ON DELETE CASCADE,
    scope_id    uuid NOT NULL REFERENCES scopes ON DELETE CASCADE, -- that the resource had then
    asked_at    timestamptz NOT NULL,
    ended_at    timestamptz,              -- NULL: the build waits for it
    error       text NOT NULL DEFAULT '', -- why it failed
    PRIMARY KEY (build_id, resource_id)
);
CREATE INDEX build_checks_open ON build_checks (scope_id) WHERE ended_at IS NULL;
CREATE INDEX build_checks_scope ON build_checks (scope_id);
CREATE INDEX build_checks_resource ON build_checks (resource_id);

-- +goose Down
DROP TABLE build_checks;
