-- Up Migration
-- Asked of each version that is to go, by the rule that no document points to it.
CREATE INDEX documents_of_current_version ON documents (tenant_id, current_version_id) WHERE current_version_id IS NOT NULL;

-- Down Migration
DROP INDEX documents_of_current_version;
