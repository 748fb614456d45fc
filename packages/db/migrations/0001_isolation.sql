-- Up Migration
-- The tenant of this transaction; null outside one, and then no row is seen and none is accepted.
CREATE FUNCTION app.tenant_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.tenant_id', true), '')::uuid;

-- The whole rule for a tenant table, in one place: the owner is bound as well, and a row is its tenant's alone.
CREATE PROCEDURE app.isolate(tenant_table regclass) LANGUAGE plpgsql AS $$
DECLARE
  own_rows constant text := 'tenant_id = (SELECT app.tenant_id())';
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('CREATE POLICY tenant_select ON %s FOR SELECT TO app USING (%s)', tenant_table, own_rows);
  EXECUTE format('CREATE POLICY tenant_insert ON %s FOR INSERT TO app WITH CHECK (%s)', tenant_table, own_rows);
  EXECUTE format('CREATE POLICY tenant_update ON %s FOR UPDATE TO app USING (%s) WITH CHECK (%s)', tenant_table, own_rows, own_rows);
  EXECUTE format('CREATE POLICY tenant_delete ON %s FOR DELETE TO app USING (%s)', tenant_table, own_rows);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO app', tenant_table);
END $$;

CREATE TABLE tenants (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() PRIMARY KEY,
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) <= 63),
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CALL app.isolate('tenants');
-- The command line and the relay name a tenant before they stand in it.
GRANT SELECT (tenant_id, slug) ON tenants TO system;
CREATE POLICY system_select ON tenants FOR SELECT TO system USING (true);

CREATE TABLE members (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  -- auth.user: another schema, which this one's roles can't see, so no foreign key
  user_id text NOT NULL,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, user_id)
);
CALL app.isolate('members');
CREATE INDEX members_user_id ON members (user_id);
-- Which tenants a signed-in user belongs to.
GRANT SELECT (tenant_id, id, user_id, name, role) ON members TO system;
CREATE POLICY system_select ON members FOR SELECT TO system USING (true);

CREATE TABLE outbox (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id bigint GENERATED ALWAYS AS IDENTITY,
  event jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CALL app.isolate('outbox');
CREATE INDEX outbox_id ON outbox (id);
GRANT SELECT, DELETE ON outbox TO system;
CREATE POLICY system_select ON outbox FOR SELECT TO system USING (true);
CREATE POLICY system_delete ON outbox FOR DELETE TO system USING (true);

-- Down Migration
DROP TABLE outbox, members, tenants;
DROP PROCEDURE app.isolate(regclass);
DROP FUNCTION app.tenant_id();
