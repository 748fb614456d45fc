-- Up Migration
-- Sessions begin and end by this server's clock, whatever the clock of the process that signed somebody in. The two limits stand in
-- packages/contracts/src/accounts.ts; `expires_at` is Better Auth's own and of no meaning to us.
ALTER TABLE auth.session
  ADD COLUMN active_at timestamptz NOT NULL DEFAULT now(),
  -- When the person last proved who they are; a sensitive change asks for a recent proof.
  ADD COLUMN proven_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN second_factor boolean NOT NULL DEFAULT false,
  -- The next request gets a new token; the former one goes on for the requests that are under way.
  ADD COLUMN renew boolean NOT NULL DEFAULT false,
  ADD COLUMN former_token text UNIQUE,
  ADD COLUMN former_until timestamptz;

CREATE FUNCTION auth.begin_session() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  NEW.created_at := now();
  NEW.updated_at := now();
  NEW.expires_at := now() + interval '100 years';
  RETURN NEW;
END $$;
CREATE TRIGGER begin_session BEFORE INSERT ON auth.session FOR EACH ROW EXECUTE FUNCTION auth.begin_session();
UPDATE auth.session SET expires_at = now() + interval '100 years';

-- How often something was tried: a password of an account, from an address, with a device. Keys hold digests, never addresses.
CREATE TABLE auth.attempt (
  subject text PRIMARY KEY,
  tries integer NOT NULL,
  ends_at timestamptz NOT NULL
);
CREATE INDEX attempt_ends_at ON auth.attempt (ends_at);
-- The mailed way out of a lock, once.
CREATE TABLE auth.unlock (
  token_digest text PRIMARY KEY,
  subject text NOT NULL,
  user_id text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
  ends_at timestamptz NOT NULL
);

-- The second factor: a TOTP secret, encrypted; `last_step` is the newest 30 seconds whose code was accepted.
CREATE TABLE auth.factor (
  user_id text PRIMARY KEY REFERENCES auth."user" ON DELETE CASCADE,
  secret text NOT NULL,
  confirmed_at timestamptz,
  last_step bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE auth.backup_code (
  user_id text NOT NULL REFERENCES auth.factor ON DELETE CASCADE,
  digest text NOT NULL,
  PRIMARY KEY (user_id, digest)
);
-- Somebody whose password was right and whose second factor is awaited. No session, so it opens nothing.
CREATE TABLE auth.challenge (
  digest text PRIMARY KEY,
  user_id text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
  ends_at timestamptz NOT NULL
);
CREATE TABLE auth.trusted_device (
  id text PRIMARY KEY,
  digest text NOT NULL UNIQUE,
  user_id text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
  user_agent text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  ends_at timestamptz NOT NULL
);
CREATE INDEX trusted_device_user_id ON auth.trusted_device (user_id);
GRANT SELECT, INSERT, UPDATE, DELETE
  ON auth.attempt, auth.unlock, auth.factor, auth.backup_code, auth.challenge, auth.trusted_device TO auth;

-- Down Migration
-- The release before knows `expires_at` alone, which says of all of them that they live for a hundred years: everybody signs in anew.
DELETE FROM auth.session;
DROP TABLE auth.trusted_device, auth.challenge, auth.backup_code, auth.factor, auth.unlock, auth.attempt;
DROP TRIGGER begin_session ON auth.session;
DROP FUNCTION auth.begin_session();
ALTER TABLE auth.session
  DROP COLUMN active_at, DROP COLUMN proven_at, DROP COLUMN second_factor,
  DROP COLUMN renew, DROP COLUMN former_token, DROP COLUMN former_until;
