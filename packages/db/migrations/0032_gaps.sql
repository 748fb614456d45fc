-- Up Migration
-- Questions that the knowledge left open, those that ask the same together.
CREATE TABLE gaps (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  -- the first of its questions: others are compared with this one
  question text NOT NULL,
  embedder_id text NOT NULL,
  embedding vector NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'drafted', 'closed', 'ignored')),
  -- an article that is being written
  draft jsonb,
  -- the article, and since when answers may be made from it
  document_id uuid,
  published_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CHECK ((state = 'closed') = (published_at IS NOT NULL)),
  CHECK (state <> 'drafted' OR draft IS NOT NULL)
);
CALL app.isolate('gaps');

CREATE TABLE gap_questions (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  -- what the contact asked
  message_id uuid NOT NULL,
  gap_id uuid NOT NULL,
  reason text NOT NULL CHECK (reason IN ('unknown', 'failed', 'handed_off', 'voted_down')),
  -- the question with what it lacked, from those before it
  question text NOT NULL,
  asked_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, message_id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, gap_id) REFERENCES gaps (tenant_id, id) ON DELETE CASCADE
);
CALL app.isolate('gap_questions');
CREATE INDEX gap_questions_of_gap ON gap_questions (tenant_id, gap_id, asked_at DESC);

-- Down Migration
DROP TABLE gap_questions, gaps;
