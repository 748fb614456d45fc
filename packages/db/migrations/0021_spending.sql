-- Up Migration
-- What was spent on models, one entry for each request: the ledger. It is added to and never changed.
CREATE TABLE spending (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  -- of the request, chosen before it was made: it is entered once, however often that is tried
  id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  purpose text NOT NULL CHECK (purpose IN ('answer', 'embedding', 'knowledge_test', 'draft', 'playground')),
  -- no foreign keys: the ledger outlives what it tells of
  run_id uuid,
  conversation_id uuid,
  -- 1, 2, 3 … within the run
  attempt integer CHECK (attempt > 0),
  -- both null: the built-in answerer
  provider text,
  model text,
  -- how good and dear the model is among the tenant's: 0 is the built-in answerer; null when that is not known
  tier integer CHECK (tier >= 0),
  input_tokens integer CHECK (input_tokens >= 0),
  -- of the input
  cached_tokens integer CHECK (cached_tokens >= 0),
  output_tokens integer CHECK (output_tokens >= 0),
  -- `tokenizer`: about, by us, where the provider did not say or could not be asked any more
  counted_by text NOT NULL CHECK (counted_by IN ('provider', 'tokenizer')),
  -- millionths of a US dollar; null when the model's price is not known
  cost_micros bigint CHECK (cost_micros >= 0),
  -- what the large model would have cost in its place; null when there is none, or its price is not known
  large_cost_micros bigint CHECK (large_cost_micros >= 0),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, run_id, attempt),
  CHECK ((run_id IS NULL) = (attempt IS NULL))
);
CALL app.isolate_append_only('spending');
CREATE INDEX spending_at ON spending (tenant_id, at);

-- The ledger's sum for each month (UTC). Whoever enters something locks the month, so that sum and ledger agree.
CREATE TABLE spending_months (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  month date NOT NULL CHECK (month = date_trunc('month', month)),
  cost_micros bigint NOT NULL DEFAULT 0 CHECK (cost_micros >= 0),
  PRIMARY KEY (tenant_id, month)
);
CALL app.isolate('spending_months');
DROP POLICY tenant_delete ON spending_months;
REVOKE DELETE ON spending_months FROM app;

-- Requests under way, and what each may cost. What its worker did not live to enter is entered from here.
CREATE TABLE spending_reserved (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  purpose text NOT NULL,
  run_id uuid,
  conversation_id uuid,
  provider text NOT NULL,
  model text NOT NULL,
  tier integer,
  -- of the prompt, about
  input_tokens integer NOT NULL CHECK (input_tokens >= 0),
  -- what the prompt alone costs, of this model and of the large one
  input_cost_micros bigint,
  large_input_cost_micros bigint,
  -- what all of it costs at most, about; 0 when the price is not known
  most_micros bigint NOT NULL CHECK (most_micros >= 0),
  PRIMARY KEY (tenant_id, id)
);
CALL app.isolate('spending_reserved');

-- Down Migration
DROP TABLE spending_reserved, spending_months, spending;
