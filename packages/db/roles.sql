-- Run once in a new database, by an administrator of the server; it may be run again. Who may do what, in one page:
--
--   door    the login of every process that serves. It owns nothing and may do nothing, but may switch to one of:
--   app     a tenant's data, under row-level security
--   auth    accounts and sessions: a schema of their own
--   system  outbox, jobs and the lookups that come before a tenant is known: narrow policies of its own
--   owner   the login of migrations; owns the tables and, by FORCE, sees no tenant's rows either
--
-- Passwords are set by whoever installs: ALTER ROLE door PASSWORD '…'.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['door', 'owner'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', name);
    END IF;
  END LOOP;
  FOREACH name IN ARRAY ARRAY['app', 'auth', 'system'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', name);
    END IF;
  END LOOP;
END $$;
GRANT app, auth, system TO door WITH INHERIT FALSE, SET TRUE;
-- Every question of a tenant's has an index that begins with the tenant. Without this, where one tenant holds most rows of a table,
-- the planner would read all of them for each of the small ones.
DO $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_db_role_setting
    WHERE setrole = 'door'::regrole AND setdatabase = 0 AND 'enable_seqscan=off' = ANY (setconfig)
  ) THEN
    ALTER ROLE door SET enable_seqscan = off;
  END IF;
END $$;

CREATE EXTENSION IF NOT EXISTS vector;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO owner;
GRANT USAGE ON SCHEMA public TO app, system;
CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION owner;
GRANT USAGE ON SCHEMA app TO app, system;
CREATE SCHEMA IF NOT EXISTS auth AUTHORIZATION owner;
GRANT USAGE ON SCHEMA auth TO auth;
CREATE SCHEMA IF NOT EXISTS pgboss AUTHORIZATION system;
