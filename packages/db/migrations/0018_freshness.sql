-- Up Migration
-- When the version was last seen to be what its source says: fetched again, or answered with "not modified". Null: not since it was added.
ALTER TABLE document_versions ADD COLUMN verified_at timestamptz;

-- Down Migration
ALTER TABLE document_versions DROP COLUMN verified_at;
