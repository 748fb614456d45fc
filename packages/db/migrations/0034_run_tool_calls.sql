-- Up Migration
-- What a run asked of the tenant's own server, in order: for the receipt. No answer of it is kept.
CREATE TABLE run_tool_calls (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  run_id uuid NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  -- the tool's, by name: the receipt stays when the tool goes
  name text NOT NULL,
  -- the arguments, as the model gave them, shortened
  given text NOT NULL CHECK (length(given) <= 500),
  outcome text NOT NULL CHECK (outcome IN ('ok', 'refused_arguments', 'failed', 'too_many')),
  reason text,
  duration_ms integer NOT NULL,
  PRIMARY KEY (tenant_id, run_id, number),
  FOREIGN KEY (tenant_id, run_id) REFERENCES runs (tenant_id, id) ON DELETE CASCADE
);
CALL app.isolate('run_tool_calls');

-- Down Migration
DROP TABLE run_tool_calls;
