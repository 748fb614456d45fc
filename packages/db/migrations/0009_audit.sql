-- Up Migration
-- A tenant's table to which the services only ever add: as app.isolate, without the policies and rights to change or delete.
CREATE PROCEDURE app.isolate_append_only(tenant_table regclass) LANGUAGE plpgsql AS $$
BEGIN
  CALL app.isolate(tenant_table);
  EXECUTE format('DROP POLICY tenant_update ON %s', tenant_table);
  EXECUTE format('DROP POLICY tenant_delete ON %s', tenant_table);
  EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM app', tenant_table);
END $$;

-- Who did what to what, from where. No foreign key: the log outlives what it tells of, the tenant included.
CREATE TABLE audit_log (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id(),
  -- 1, 2, 3 … within the tenant
  seq bigint NOT NULL CHECK (seq > 0),
  -- in whole milliseconds, as it was hashed
  at timestamptz NOT NULL,
  action text NOT NULL,
  actor_kind text NOT NULL,
  actor_id text,
  target_kind text,
  target_id text,
  ip text,
  details jsonb NOT NULL,
  -- SHA-256 over this entry and the hash of the one before it
  hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
  PRIMARY KEY (tenant_id, seq),
  CHECK ((target_kind IS NULL) = (target_id IS NULL))
);
CALL app.isolate_append_only('audit_log');
CREATE INDEX audit_log_action ON audit_log (tenant_id, action, seq);

-- The end of each tenant's log. Its row is locked by whoever adds an entry, so that there is one end.
CREATE TABLE audit_heads (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() PRIMARY KEY,
  seq bigint NOT NULL CHECK (seq >= 0),
  hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$')
);
CALL app.isolate('audit_heads');
DROP POLICY tenant_delete ON audit_heads;
REVOKE DELETE ON audit_heads FROM app;
-- For the checkpoints, which are kept outside the database: counts and hashes, no words.
GRANT SELECT ON audit_heads TO system;
CREATE POLICY system_select ON audit_heads FOR SELECT TO system USING (true);

-- Down Migration
DROP TABLE audit_heads, audit_log;
DROP PROCEDURE app.isolate_append_only(regclass);
