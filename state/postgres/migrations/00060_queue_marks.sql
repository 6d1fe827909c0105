-- +goose Up
-- Keys that very many transactions ask for. A row of the queue is locked by who
-- asks until they have committed, so that all would wait for one another, a write
-- to disk each; a mark is a row of one's own. Whoever claims turns marks into rows.
CREATE TABLE queue_marks (
    key    text NOT NULL,
    due_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE queue_marks;
