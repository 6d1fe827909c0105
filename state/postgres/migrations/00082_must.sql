-- +goose Up
-- What a transaction was decided on is asked for without waiting for the answer: one
-- that is not as it was ends with the error whose code is otherwise.
-- +goose StatementBegin
CREATE FUNCTION weir_must(held boolean, otherwise text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF held IS NOT TRUE THEN
        RAISE EXCEPTION 'it is not as it was' USING ERRCODE = otherwise;
    END IF;
END
$$;
-- +goose StatementEnd
-- Each of its rows is found by another index, and each change of a status wrote it.
DROP INDEX runs_open;

-- +goose Down
CREATE INDEX runs_open ON runs (status, created_at) WHERE status IN ('unplaced', 'assigned', 'running');
DROP FUNCTION weir_must(boolean, text);
