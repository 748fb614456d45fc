-- Up Migration
-- What a tenant's assistant is called and told: every version that there was; the newest is in use. A tenant without one has said nothing.
CREATE TABLE assistant_settings (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  -- 1, 2, 3 … within the tenant
  version integer NOT NULL CHECK (version > 0),
  -- empty: as the inbox calls it
  name text NOT NULL CHECK (length(name) <= 40),
  tone text NOT NULL CHECK (tone IN ('plain', 'warm', 'formal', 'brief')),
  tone_words text NOT NULL CHECK (length(tone_words) <= 200),
  guidance text NOT NULL CHECK (length(guidance) <= 4000),
  unknown_text text NOT NULL CHECK (length(unknown_text) <= 500),
  link_hosts text[] NOT NULL CHECK (cardinality(link_hosts) <= 20),
  -- the version that this one says the same as, where one was restored
  restored integer,
  changed_by uuid,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, version),
  FOREIGN KEY (tenant_id, changed_by) REFERENCES members (tenant_id, id) ON DELETE SET NULL (changed_by)
);
CALL app.isolate_append_only('assistant_settings');

-- Down Migration
DROP TABLE assistant_settings;
