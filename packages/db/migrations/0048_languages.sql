-- Up Migration
-- What a version is written in, by its ISO 639-1 code; 'und' where nobody can tell, null of one that was not read, or before this was noted.
ALTER TABLE document_versions ADD COLUMN language text;

-- Down Migration
ALTER TABLE document_versions DROP COLUMN language;
