-- +goose Up
-- The image of a resource's type may be the newest version of another resource, which
-- has a scope itself. A pin of that resource in the pipeline decides which version, so
-- it is a part of the key; checked_image is what the last check was made with.
ALTER TABLE scopes ADD COLUMN image_key text NOT NULL DEFAULT '', -- of the image's scope; '': the type has an image, or is built in
    ADD COLUMN image_pin jsonb,                                     -- NULL: any version
    ADD COLUMN checked_image text NOT NULL DEFAULT '';
CREATE INDEX scopes_image ON scopes (image_key) WHERE image_key <> '';

-- +goose Down
DROP INDEX scopes_image;
ALTER TABLE scopes DROP COLUMN image_key, DROP COLUMN image_pin, DROP COLUMN checked_image;
