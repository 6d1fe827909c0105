-- +goose Up
-- A piece of log may lie in an object store, under a key; records is empty then.
ALTER TABLE log_chunks ADD COLUMN blob text NOT NULL DEFAULT '';

-- Objects that no row names: they are being written, or what named them is deleted.
CREATE TABLE blobs_unwanted (
    key   text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX blobs_unwanted_since ON blobs_unwanted (since);

-- +goose StatementBegin
CREATE FUNCTION log_blob_unwanted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO blobs_unwanted (key) VALUES (OLD.blob) ON CONFLICT (key) DO NOTHING;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER log_blob_unwanted AFTER DELETE ON log_chunks
    FOR EACH ROW WHEN (OLD.blob <> '') EXECUTE FUNCTION log_blob_unwanted();

-- +goose Down
DROP TRIGGER log_blob_unwanted ON log_chunks;
DROP FUNCTION log_blob_unwanted();
DROP TABLE blobs_unwanted;
ALTER TABLE log_chunks DROP COLUMN blob;
