-- Up Migration
-- How far a version is that is being read in: pages of its file while that is parsed, then chunks of its text. Null where nobody knows.
ALTER TABLE document_versions ADD COLUMN progress_done integer, ADD COLUMN progress_total integer;

-- Down Migration
ALTER TABLE document_versions DROP COLUMN progress_total, DROP COLUMN progress_done;
