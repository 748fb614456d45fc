-- Up Migration
-- A question, and what an answer to it has to rest on. Each is asked again when what answers are made from has changed.
CREATE TABLE knowledge_tests (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  question text NOT NULL,
  -- what was said before it, oldest first
  history jsonb NOT NULL DEFAULT '[]',
  -- the answer that it was pinned from
  message_id uuid,
  -- null: nobody has said yet what is right
  expected jsonb,
  -- that the answer has to hold
  words text[] NOT NULL DEFAULT '{}',
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES members (tenant_id, id)
);
CALL app.isolate('knowledge_tests');

CREATE TABLE knowledge_test_runs (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'finished', 'cancelled', 'failed')),
  -- asked: a member wants it; changed: what answers are made from is another than it was in the run before
  cause text NOT NULL CHECK (cause IN ('asked', 'changed')),
  -- what was changed since the run before
  changes jsonb NOT NULL DEFAULT '[]',
  -- of what answers were made from when it began
  fingerprint text,
  asked_by uuid,
  total integer NOT NULL DEFAULT 0,
  failure text,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, asked_by) REFERENCES members (tenant_id, id)
);
CALL app.isolate('knowledge_test_runs');
CREATE UNIQUE INDEX knowledge_test_runs_queued ON knowledge_test_runs (tenant_id) WHERE status = 'queued';
CREATE INDEX knowledge_test_runs_newest ON knowledge_test_runs (tenant_id, created_at DESC);

CREATE TABLE knowledge_test_results (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  run_id uuid NOT NULL,
  test_id uuid NOT NULL,
  -- new: nobody had said what is right
  verdict text NOT NULL CHECK (verdict IN ('passed', 'failed', 'new')),
  -- the answer is another than the expected one, though it may rest on the same
  changed boolean NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('answered', 'unknown', 'partial', 'failed')),
  answer text NOT NULL,
  citations jsonb NOT NULL,
  -- what was expected and is not there: places by their order, and words
  missing jsonb NOT NULL,
  answerer text NOT NULL,
  model text,
  -- millionths of a US dollar; null when the model's price is not known
  cost_micros bigint,
  duration_ms integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, run_id, test_id),
  FOREIGN KEY (tenant_id, run_id) REFERENCES knowledge_test_runs (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, test_id) REFERENCES knowledge_tests (tenant_id, id) ON DELETE CASCADE
);
CALL app.isolate('knowledge_test_results');
CREATE INDEX knowledge_test_results_of_test ON knowledge_test_results (tenant_id, test_id, created_at DESC);

-- Down Migration
DROP TABLE knowledge_test_results, knowledge_test_runs, knowledge_tests;
