-- Up Migration
CREATE TABLE inboxes (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL,
  assistant_name text NOT NULL,
  greeting text NOT NULL,
  publishable_key text NOT NULL,
  allowed_origins text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, publishable_key)
);
CALL app.isolate('inboxes');

CREATE TABLE contacts (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  inbox_id uuid NOT NULL,
  name text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, inbox_id) REFERENCES inboxes (tenant_id, id)
);
CALL app.isolate('contacts');

CREATE TABLE conversations (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  inbox_id uuid NOT NULL,
  contact_id uuid NOT NULL,
  -- pending: the assistant has it; open: the members have it
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'open', 'snoozed', 'resolved')),
  assignee_id uuid,
  ownership_epoch integer NOT NULL DEFAULT 1 CHECK (ownership_epoch > 0),
  last_seq integer NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  last_message_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, inbox_id) REFERENCES inboxes (tenant_id, id),
  FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES members (tenant_id, id),
  CHECK (assignee_id IS NULL OR status <> 'pending')
);
CALL app.isolate('conversations');
CREATE INDEX conversations_newest ON conversations (tenant_id, last_message_at DESC, id);
CREATE INDEX conversations_contact ON conversations (tenant_id, contact_id, last_message_at DESC);

CREATE TABLE messages (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  -- 1, 2, 3 … within the conversation
  seq integer NOT NULL CHECK (seq > 0),
  author text NOT NULL CHECK (author IN ('contact', 'member', 'assistant', 'system')),
  member_id uuid,
  run_id uuid,
  text text NOT NULL,
  notice text CHECK (notice IN ('handed_off', 'taken_over', 'returned', 'resolved')),
  outcome text CHECK (outcome IN ('answered', 'unknown', 'partial', 'failed')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, conversation_id, seq),
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id),
  FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id),
  CHECK ((author = 'system') = (notice IS NOT NULL)),
  CHECK ((author = 'assistant') = (outcome IS NOT NULL)),
  CHECK (author <> 'member' OR member_id IS NOT NULL)
);
CALL app.isolate('messages');

-- Down Migration
DROP TABLE messages, conversations, contacts, inboxes;
