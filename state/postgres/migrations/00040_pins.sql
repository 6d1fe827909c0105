-- +goose Up
-- What people have pinned resources to, from outside of their pipelines: a pin in
-- the pipeline goes before it. Kept where the pipeline changes around it.
CREATE TABLE resource_pins (
    resource_id uuid PRIMARY KEY REFERENCES objects ON DELETE CASCADE,
    version     jsonb NOT NULL,           -- what its version must have
    comment     text NOT NULL DEFAULT '',
    pinned_by   text NOT NULL,
    pinned_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Versions that no build of the resource's pipeline begins with any more.
CREATE TABLE disabled_versions (
    resource_id uuid NOT NULL REFERENCES objects ON DELETE CASCADE,
    version_id  bigint NOT NULL REFERENCES versions ON DELETE CASCADE,
    disabled_by text NOT NULL,
    disabled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (resource_id, version_id)
);
CREATE INDEX disabled_versions_version ON disabled_versions (version_id);

-- +goose Down
DROP TABLE disabled_versions, resource_pins;
