-- +goose Up
-- CUE files that the pipelines of a team are held to.
CREATE TABLE policies (
    team_id uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    name    text NOT NULL,
    text    text NOT NULL,
    set_by  text NOT NULL,
    set_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (team_id, name)
);

-- +goose Down
DROP TABLE policies;
