-- Up Migration
-- What a tenant's own server can be asked for while an answer is written.
CREATE TABLE http_tools (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  -- as models call it
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  description text NOT NULL CHECK (length(description) BETWEEN 1 AND 500),
  method text NOT NULL CHECK (method IN ('GET', 'POST')),
  url text NOT NULL CHECK (length(url) <= 1000),
  -- a JSON Schema, as it was written
  parameters text NOT NULL CHECK (length(parameters) <= 8000),
  header_names text[] NOT NULL CHECK (cardinality(header_names) <= 10),
  -- their values, encrypted for this very row and host, and never shown again
  sealed_headers text,
  sends_contact boolean NOT NULL,
  enabled boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name),
  CHECK ((cardinality(header_names) > 0) = (sealed_headers IS NOT NULL))
);
CALL app.isolate('http_tools');

-- Down Migration
DROP TABLE http_tools;
