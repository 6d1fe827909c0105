-- +goose Up
-- Which image each run of a build had that was named without a digest, as the worker
-- found it. Later runs of the same step, and builds that do the build again, take
-- that image, wherever the name leads by then.
CREATE TABLE build_images (
    build_id uuid NOT NULL REFERENCES builds ON DELETE CASCADE,
    path     text NOT NULL,  -- of the step
    ref      text NOT NULL,  -- as the pipeline names it
    digest   text NOT NULL CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
    PRIMARY KEY (build_id, path, ref)
);

-- +goose Down
DROP TABLE build_images;
