-- Up Migration
-- Who was asked for a run's words, in order, and what became of them. What each took stands in the ledger.
CREATE TABLE run_attempts (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  -- of its entry in the ledger, where it has one
  id uuid NOT NULL,
  run_id uuid NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  -- of the tier; 0 is the built-in answerer
  level integer NOT NULL CHECK (level >= 0),
  answerer text NOT NULL,
  -- by name: the receipt stays when the provider goes
  provider text,
  model text,
  outcome text NOT NULL
    CHECK (outcome IN ('answered', 'partial', 'declined', 'uncited', 'unsupported', 'failed', 'called_off')),
  reason text,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, run_id, number),
  FOREIGN KEY (tenant_id, run_id) REFERENCES runs (tenant_id, id)
);
CALL app.isolate('run_attempts');

-- Who was to be asked and why.
ALTER TABLE runs ADD COLUMN route jsonb;

-- Down Migration
ALTER TABLE runs DROP COLUMN route;
DROP TABLE run_attempts;
