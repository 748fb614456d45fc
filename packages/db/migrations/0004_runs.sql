-- Up Migration
-- One attempt to answer one message; a message may get another when its conversation comes back to the assistant. The queue of
-- answers that are due, and the receipt of those that were given.
CREATE TABLE runs (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  conversation_id uuid NOT NULL,
  question_id uuid NOT NULL,
  ownership_epoch integer NOT NULL,
  status text NOT NULL DEFAULT 'queued'
    CHECK (status IN ('queued', 'running', 'answered', 'unknown', 'partial', 'failed', 'discarded')),
  -- how often a worker took it up; it is given up after a few, lest a poisoned one kill worker after worker
  attempts integer NOT NULL DEFAULT 0,
  -- until when its worker holds it; past that another one may take it
  lease_until timestamptz,
  -- which claim holds it: a worker that lost its lease can't write any more
  lease_token uuid,
  answerer text,
  model text,
  input_tokens integer,
  cached_tokens integer,
  output_tokens integer,
  -- millionths of a US dollar; null when the model's price is not known
  cost_micros bigint,
  -- why it failed or was discarded
  reason text,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  first_words_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id),
  FOREIGN KEY (tenant_id, question_id) REFERENCES messages (tenant_id, id)
);
CALL app.isolate('runs');
CREATE INDEX runs_due ON runs (created_at) WHERE status IN ('queued', 'running');
CREATE INDEX runs_of_conversation ON runs (tenant_id, conversation_id, created_at);
-- The sweep finds what no worker holds, after a crash or a loss of the event log.
GRANT SELECT (tenant_id, id, conversation_id, status, lease_until, created_at) ON runs TO system;
CREATE POLICY system_select ON runs FOR SELECT TO system USING (status IN ('queued', 'running'));
ALTER TABLE messages ADD FOREIGN KEY (tenant_id, run_id) REFERENCES runs (tenant_id, id);

-- The passages that a run was given, numbered as the model saw them.
CREATE TABLE run_passages (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  run_id uuid NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  document_version_id uuid NOT NULL,
  -- no foreign key: a chunk goes when its document gets a new version, the receipt stays
  chunk_id uuid NOT NULL,
  start_offset integer NOT NULL,
  end_offset integer NOT NULL,
  score real NOT NULL,
  lexical real NOT NULL,
  cosine real NOT NULL,
  PRIMARY KEY (tenant_id, run_id, number),
  FOREIGN KEY (tenant_id, run_id) REFERENCES runs (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, document_version_id) REFERENCES document_versions (tenant_id, id)
);
CALL app.isolate('run_passages');

CREATE TABLE citations (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  message_id uuid NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  document_version_id uuid NOT NULL,
  chunk_id uuid NOT NULL,
  heading_path text[] NOT NULL,
  start_offset integer NOT NULL,
  end_offset integer NOT NULL,
  -- of the cited span: proves later that the span still is what was cited
  quote_sha256 text NOT NULL,
  PRIMARY KEY (tenant_id, message_id, number),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, document_version_id) REFERENCES document_versions (tenant_id, id),
  CHECK (end_offset > start_offset)
);
CALL app.isolate('citations');

-- Down Migration
DROP TABLE citations, run_passages;
ALTER TABLE messages DROP CONSTRAINT messages_tenant_id_run_id_fkey;
DROP TABLE runs;
