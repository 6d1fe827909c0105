-- +goose Up
-- Where the time of a run went besides its program's own, in milliseconds: before it
-- was made, and then as its worker measured it. NULL: the worker has not said.
ALTER TABLE runs
    ADD COLUMN queue_ms  bigint,  -- from the end of what came before it, or its build's making, to its own making
    ADD COLUMN pull_ms   bigint,  -- until its images were there
    ADD COLUMN fetch_ms  bigint,  -- until inputs and caches were in their places
    ADD COLUMN create_ms bigint,  -- network, container, services
    ADD COLUMN upload_ms bigint;  -- the result and the rest of the log, after its end

-- +goose Down
ALTER TABLE runs DROP COLUMN queue_ms, DROP COLUMN pull_ms, DROP COLUMN fetch_ms, DROP COLUMN create_ms, DROP COLUMN upload_ms;
