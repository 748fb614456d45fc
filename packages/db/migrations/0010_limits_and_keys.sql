-- Up Migration
-- How large a tenant's share of the installation is: packages/contracts/src/limits.ts says what each plan means.
ALTER TABLE tenants ADD COLUMN plan text NOT NULL DEFAULT 'standard' CHECK (plan IN ('standard', 'large'));

-- A program's way to a tenant's data. The key itself is shown once, when it is made, and stored nowhere.
CREATE TABLE api_keys (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  -- of the whole key, which holds 256 random bits: nothing to be guessed, so nothing slow is needed
  key_sha256 bytea NOT NULL CHECK (length(key_sha256) = 32),
  -- its last characters, so that people can tell their keys apart
  hint text NOT NULL,
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['conversations:read', 'documents:read']),
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  -- the key that took its place; until it expires both are good
  replaced_by uuid,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, key_sha256),
  FOREIGN KEY (tenant_id, created_by) REFERENCES members (tenant_id, id) ON DELETE SET NULL (created_by),
  FOREIGN KEY (tenant_id, replaced_by) REFERENCES api_keys (tenant_id, id)
);
CALL app.isolate('api_keys');

-- Down Migration
DROP TABLE api_keys;
ALTER TABLE tenants DROP COLUMN plan;
