-- Up Migration
-- What the files of a tenant take together: asked for before each is taken.
CREATE INDEX document_versions_originals ON document_versions (tenant_id) INCLUDE (original_bytes) WHERE original_bytes IS NOT NULL;

-- Down Migration
DROP INDEX document_versions_originals;
