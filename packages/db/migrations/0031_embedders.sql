-- Up Migration
-- What makes a tenant's vectors, and what is to make them next. A tenant without a row has the built-in embedder.
CREATE TABLE tenant_embedders (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  -- current: questions are searched with it. next: every passage gets a vector of it, and then it becomes the current one, at once
  state text NOT NULL CHECK (state IN ('current', 'next')),
  -- of this choice: jobs of an earlier one find another
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('built-in', 'installation', 'openai', 'openai-compatible')),
  -- of its vectors
  embedder_id text NOT NULL,
  -- what was chosen: null of the kinds that are the installation's
  base_url text,
  model text,
  dimensions integer CHECK (dimensions BETWEEN 1 AND 1900),
  -- encrypted with the installation's secret
  sealed_key text,
  -- its last characters, so that people can tell their keys apart
  key_hint text,
  -- of a next one: how many passages have its vector, of how many
  done integer NOT NULL DEFAULT 0 CHECK (done >= 0),
  total integer NOT NULL DEFAULT 0 CHECK (total >= 0),
  -- why it does not answer at the moment
  failure text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, state),
  CHECK ((kind IN ('openai', 'openai-compatible')) = (base_url IS NOT NULL AND model IS NOT NULL AND dimensions IS NOT NULL)),
  CHECK ((sealed_key IS NULL) = (key_hint IS NULL))
);
CALL app.isolate('tenant_embedders');

-- Down Migration
DROP TABLE tenant_embedders;
