-- +goose Up
-- Pieces of logs come packed: what cannot become smaller is not tried again.
ALTER TABLE log_chunks ALTER COLUMN records SET STORAGE EXTERNAL;

-- +goose Down
ALTER TABLE log_chunks ALTER COLUMN records SET STORAGE EXTENDED;
