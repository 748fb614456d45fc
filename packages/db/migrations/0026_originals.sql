-- Up Migration
ALTER TABLE document_versions
  -- null until it is read from the original
  ALTER COLUMN content DROP NOT NULL,
  ALTER COLUMN content_sha256 DROP NOT NULL,
  -- of the file that was uploaded, which the object store keeps under the version's id; null: none was
  ADD COLUMN original_bytes integer CHECK (original_bytes >= 0),
  ADD COLUMN original_sha256 text,
  ADD CHECK ((original_bytes IS NULL) = (original_sha256 IS NULL)),
  ADD CHECK ((content IS NULL) = (content_sha256 IS NULL)),
  ADD CHECK (content IS NOT NULL OR original_sha256 IS NOT NULL);
-- How many documents of a tenant wait to be read in.
CREATE INDEX document_versions_waiting ON document_versions (tenant_id) WHERE status IN ('queued', 'parsing', 'embedding');

-- Down Migration
DROP INDEX document_versions_waiting;
DELETE FROM document_versions WHERE content IS NULL;
ALTER TABLE document_versions
  DROP COLUMN original_sha256,
  DROP COLUMN original_bytes,
  ALTER COLUMN content_sha256 SET NOT NULL,
  ALTER COLUMN content SET NOT NULL;
