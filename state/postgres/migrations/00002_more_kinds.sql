-- +goose Up
ALTER TABLE objects DROP CONSTRAINT objects_kind_check;
ALTER TABLE objects ADD CONSTRAINT objects_kind_check
    CHECK (kind IN ('pipeline', 'resource_type', 'resource', 'job', 'secret_source', 'group'));

-- +goose Down
ALTER TABLE objects DROP CONSTRAINT objects_kind_check;
ALTER TABLE objects ADD CONSTRAINT objects_kind_check
    CHECK (kind IN ('pipeline', 'resource_type', 'resource', 'job'));
