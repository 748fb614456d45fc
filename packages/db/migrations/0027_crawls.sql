-- Up Migration
-- One reading of a site, from its start or its schedule to its end; done in short jobs, each of which goes on where the one before it ended.
CREATE TABLE crawls (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  source_id uuid NOT NULL,
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'partial', 'failed', 'cancelled')),
  -- why it is partial or failed, for a person
  reason text,
  -- which job may write: one that was given up, but still runs, finds a higher number
  attempt integer NOT NULL DEFAULT 0,
  -- where the site is read, when its address led there
  moved_to text,
  -- pages
  seen integer NOT NULL DEFAULT 0,
  changed integer NOT NULL DEFAULT 0,
  unchanged integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  gone integer NOT NULL DEFAULT 0,
  skipped integer NOT NULL DEFAULT 0,
  -- the first pages that could not be read or were left out, and why
  problems jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id) ON DELETE CASCADE
);
CALL app.isolate('crawls');
CREATE UNIQUE INDEX crawls_under_way ON crawls (tenant_id, source_id) WHERE status IN ('queued', 'running');
CREATE INDEX crawls_of_source ON crawls (tenant_id, source_id, created_at);

-- The addresses that a crawl under way knows of, in the order in which it found them.
CREATE TABLE crawl_pages (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  crawl_id uuid NOT NULL,
  address text NOT NULL,
  ordinal bigint GENERATED ALWAYS AS IDENTITY,
  depth integer NOT NULL,
  is_done boolean NOT NULL,
  PRIMARY KEY (tenant_id, crawl_id, address),
  FOREIGN KEY (tenant_id, crawl_id) REFERENCES crawls (tenant_id, id) ON DELETE CASCADE
);
CALL app.isolate('crawl_pages');

-- When a site is read next; the workers look for what is due.
ALTER TABLE sources ADD COLUMN next_crawl_at timestamptz;
CREATE INDEX sources_due ON sources (next_crawl_at) WHERE next_crawl_at IS NOT NULL;
GRANT SELECT (tenant_id, id, next_crawl_at) ON sources TO system;
CREATE POLICY system_select ON sources FOR SELECT TO system USING (next_crawl_at IS NOT NULL);

-- Down Migration
DROP POLICY system_select ON sources;
REVOKE SELECT (tenant_id, id, next_crawl_at) ON sources FROM system;
ALTER TABLE sources DROP COLUMN next_crawl_at;
DROP TABLE crawl_pages, crawls;
