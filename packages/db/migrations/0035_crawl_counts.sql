-- Up Migration
-- What one job of a crawl has to know of the ones before it. `seen` counts every address that something became of, asked for or not.
ALTER TABLE crawls
  ADD COLUMN asked integer NOT NULL DEFAULT 0,
  -- pages in a row, up to now, that could not be had
  ADD COLUMN failures integer NOT NULL DEFAULT 0,
  -- what the site's sitemaps list was found
  ADD COLUMN is_listed boolean NOT NULL DEFAULT false;
UPDATE crawls SET asked = seen WHERE status IN ('queued', 'running');

-- Down Migration
ALTER TABLE crawls DROP COLUMN asked, DROP COLUMN failures, DROP COLUMN is_listed;
