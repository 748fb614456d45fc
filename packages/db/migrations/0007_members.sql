-- Up Migration
-- Who was removed keeps the row: what they wrote still names them. They belong to the tenant no more.
ALTER TABLE members ADD COLUMN removed_at timestamptz;
-- With which tenants a user has to do, and whether they still belong to them.
GRANT SELECT (removed_at) ON members TO system;

-- The tenant's own rule for its members; every sign-in of theirs has to fulfil it.
ALTER TABLE tenants ADD COLUMN require_second_factor boolean NOT NULL DEFAULT false;
-- What a user chooses by, and what is asked of them there.
GRANT SELECT (name, require_second_factor) ON tenants TO system;

CREATE TABLE invitations (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  -- in lower case
  email text NOT NULL CHECK (email = lower(email)),
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
  -- of the token, which holds 256 random bits and stands in the mail alone
  token_sha256 bytea NOT NULL CHECK (length(token_sha256) = 32),
  invited_by uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- the last mail, and how many there were
  sent_at timestamptz NOT NULL DEFAULT now(),
  mails integer NOT NULL DEFAULT 1 CHECK (mails > 0),
  expires_at timestamptz NOT NULL,
  accepted_at timestamptz,
  accepted_by uuid,
  revoked_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, token_sha256),
  FOREIGN KEY (tenant_id, invited_by) REFERENCES members (tenant_id, id),
  FOREIGN KEY (tenant_id, accepted_by) REFERENCES members (tenant_id, id),
  CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
  CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
CALL app.isolate('invitations');
-- One open invitation for an address.
CREATE UNIQUE INDEX invitations_open ON invitations (tenant_id, email) WHERE accepted_at IS NULL AND revoked_at IS NULL;

-- Down Migration
DROP TABLE invitations;
REVOKE SELECT (name, require_second_factor) ON tenants FROM system;
ALTER TABLE tenants DROP COLUMN require_second_factor;
ALTER TABLE members DROP COLUMN removed_at;
