-- Up Migration
-- Of a page of a site: how it was found and what its server calls this version of it, so that it is not fetched again while it is the same.
ALTER TABLE documents ADD COLUMN fetched jsonb;

-- Down Migration
ALTER TABLE documents DROP COLUMN fetched;
