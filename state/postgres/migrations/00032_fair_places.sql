-- +goose Up
-- The runs that wait for a worker are read by team and tags, each one's oldest first:
-- no number of them hides those of another team, or those that other workers may
-- have. Checks are of no team.
CREATE INDEX runs_unplaced ON runs (coalesce(team_id, '00000000-0000-0000-0000-000000000000'::uuid), tags, created_at) WHERE status = 'unplaced';
CREATE INDEX runs_unplaced_killed ON runs (kill_requested_at) WHERE status = 'unplaced' AND kill_requested_at IS NOT NULL;

-- +goose Down
DROP INDEX runs_unplaced_killed, runs_unplaced;
