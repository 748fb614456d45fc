-- Up Migration
ALTER TABLE sources
  ADD COLUMN kind text NOT NULL DEFAULT 'folder' CHECK (kind IN ('upload', 'written', 'site', 'api', 'folder')),
  -- of a site: where it is, what of it is read, and how often
  ADD COLUMN settings jsonb,
  -- from then on nothing of it is found or listed, and its name is free; it stays as long as a citation points into it
  ADD COLUMN removed_at timestamptz,
  ADD CHECK ((kind = 'site') = (settings IS NOT NULL));
ALTER TABLE document_versions
  -- the error's code, where `failure` has its words; null in what failed before there were codes
  ADD COLUMN failure_code text CHECK (failure_code IS NULL OR failure IS NOT NULL);

-- Down Migration
ALTER TABLE document_versions DROP COLUMN failure_code;
ALTER TABLE sources DROP COLUMN removed_at, DROP COLUMN settings, DROP COLUMN kind;
