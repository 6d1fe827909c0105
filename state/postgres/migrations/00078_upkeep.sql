-- +goose Up
-- When a check, a get or a put last spoke of the version, to the day. What is still
-- found would only be found again, as something new.
ALTER TABLE versions ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now(); -- once for all rows there are
ALTER TABLE versions ALTER COLUMN seen_at SET DEFAULT clock_timestamp();

-- Which builds speak of a version, whichever resource had it.
CREATE INDEX build_inputs_of ON build_inputs (version_id);
CREATE INDEX build_outputs_of ON build_outputs (version_id);

-- Since when no resource wants the scope; NULL: one does, or nobody has looked.
ALTER TABLE scopes ADD COLUMN unused_since timestamptz;
CREATE INDEX scopes_unused ON scopes (unused_since) WHERE unused_since IS NOT NULL;

ALTER TABLE pipelines ADD COLUMN archived_at timestamptz;
UPDATE pipelines SET archived_at = clock_timestamp() WHERE archived;
ALTER TABLE pipelines ADD CHECK (archived = (archived_at IS NOT NULL));

-- +goose Down
ALTER TABLE pipelines DROP COLUMN archived_at;
DROP INDEX scopes_unused;
ALTER TABLE scopes DROP COLUMN unused_since;
DROP INDEX build_outputs_of, build_inputs_of;
ALTER TABLE versions DROP COLUMN seen_at;
