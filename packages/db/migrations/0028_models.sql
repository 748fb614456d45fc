-- Up Migration
-- Where a tenant's language models are, and the key that opens them: encrypted for this very row and address, and never shown again.
CREATE TABLE model_providers (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('openai', 'anthropic', 'google', 'openai-compatible')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  -- the others' addresses are their own
  base_url text CHECK (length(base_url) <= 500),
  sealed_key text,
  -- the key's last characters, so that people can tell their keys apart
  key_hint text CHECK (length(key_hint) <= 4),
  -- which of the row's keys it is: what failed with the one before says nothing of this one
  key_version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CHECK ((kind = 'openai-compatible') = (base_url IS NOT NULL)),
  CHECK (kind = 'openai-compatible' OR sealed_key IS NOT NULL),
  CHECK ((sealed_key IS NULL) = (key_hint IS NULL))
);
CALL app.isolate('model_providers');

-- Which models may answer. A level's first one is asked first, the others stand in; a higher level is better and dearer.
CREATE TABLE models (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  provider_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  level integer NOT NULL CHECK (level BETWEEN 1 AND 5),
  -- within the level, counted from 1; there may be gaps
  position integer NOT NULL CHECK (position > 0),
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, provider_id, name),
  FOREIGN KEY (tenant_id, provider_id) REFERENCES model_providers (tenant_id, id) ON DELETE CASCADE
);
CALL app.isolate('models');

-- A tenant's own prices, where the price table has none or they pay another: the newest that has begun is the one that holds.
CREATE TABLE model_prices (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  model_id uuid NOT NULL,
  valid_from date NOT NULL,
  -- US dollars per million tokens
  input double precision NOT NULL CHECK (input >= 0),
  cached double precision CHECK (cached >= 0),
  output double precision NOT NULL CHECK (output >= 0),
  audio double precision CHECK (audio >= 0),
  image double precision CHECK (image >= 0),
  PRIMARY KEY (tenant_id, model_id, valid_from),
  FOREIGN KEY (tenant_id, model_id) REFERENCES models (tenant_id, id) ON DELETE CASCADE
);
CALL app.isolate('model_prices');

-- How sure a cheaper answer has to be; without a row, `balanced`.
CREATE TABLE answer_quality (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  quality text NOT NULL CHECK (quality IN ('economical', 'balanced', 'best'))
);
CALL app.isolate('answer_quality');

-- Down Migration
DROP TABLE answer_quality, model_prices, models, model_providers;
