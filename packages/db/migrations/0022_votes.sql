-- Up Migration
-- What the contact says of an answer: whether it helped. One vote a message; taken back, it is gone.
CREATE TABLE message_votes (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  message_id uuid NOT NULL,
  vote text NOT NULL CHECK (vote IN ('up', 'down')),
  voted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, message_id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE
);
CALL app.isolate('message_votes');

-- Down Migration
DROP TABLE message_votes;
