-- Up Migration
-- In the order in which they are asked for.
CREATE INDEX crawl_pages_waiting ON crawl_pages (tenant_id, crawl_id, ordinal) WHERE NOT is_done;

-- Down Migration
DROP INDEX crawl_pages_waiting;
