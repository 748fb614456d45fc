-- Up Migration
-- Why a version that is queued was not read in yet: a code of the embedder's. It is tried again by itself.
ALTER TABLE document_versions ADD COLUMN waits_for text;

-- Down Migration
ALTER TABLE document_versions DROP COLUMN waits_for;
