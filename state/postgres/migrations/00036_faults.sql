-- +goose Up
-- On whose account it ended as it did: user, system, policy; '' where nothing went
-- wrong, or somebody ended it.
ALTER TABLE builds ADD COLUMN fault text NOT NULL DEFAULT '' CHECK (fault IN ('', 'user', 'system', 'policy'));
ALTER TABLE steps ADD COLUMN fault text NOT NULL DEFAULT '' CHECK (fault IN ('', 'user', 'system', 'policy'));
-- Who did not want to wait for the end of a build that was to end anyway.
ALTER TABLE builds ADD COLUMN abort_forced_by text;

-- +goose Down
ALTER TABLE builds DROP COLUMN abort_forced_by, DROP COLUMN fault;
ALTER TABLE steps DROP COLUMN fault;
