-- Up Migration
-- Whether an answer or a receipt points to a version: asked of each that is to go.
CREATE INDEX citations_of_version ON citations (tenant_id, document_version_id);
CREATE INDEX run_passages_of_version ON run_passages (tenant_id, document_version_id);

-- Down Migration
DROP INDEX run_passages_of_version, citations_of_version;
