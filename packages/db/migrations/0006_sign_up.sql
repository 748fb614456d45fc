-- Up Migration
-- What a sign-up asked for and is still to be made: a workspace's name, and the id that it will have, so that a second try makes no
-- second one.
ALTER TABLE auth."user"
  ADD COLUMN sign_up_workspace text,
  ADD COLUMN sign_up_tenant_id uuid,
  ADD CHECK ((sign_up_workspace IS NULL) = (sign_up_tenant_id IS NULL));
-- The links of mails. Each works once, until a time by this server's clock; here stands a digest of the secret alone.
CREATE TABLE auth.mail_token (
  digest text PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password', 'change_email')),
  user_id text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
  new_email text,
  ends_at timestamptz NOT NULL,
  CHECK ((purpose = 'change_email') = (new_email IS NOT NULL))
);
CREATE INDEX mail_token_user_id ON auth.mail_token (user_id);
CREATE INDEX mail_token_ends_at ON auth.mail_token (ends_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.mail_token TO auth;

-- Down Migration
DROP TABLE auth.mail_token;
ALTER TABLE auth."user" DROP COLUMN sign_up_workspace, DROP COLUMN sign_up_tenant_id;
