-- Up Migration
-- What a tenant wants to spend on models in one month (UTC), and from which percent of it on answers get cheaper; null: never.
CREATE TABLE budgets (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  monthly_micros bigint NOT NULL CHECK (monthly_micros > 0),
  cheaper_at integer CHECK (cheaper_at BETWEEN 1 AND 100),
  built_in_at integer CHECK (built_in_at BETWEEN 1 AND 100),
  person_at integer CHECK (person_at BETWEEN 1 AND 100)
);
CALL app.isolate('budgets');

-- What of the budget each month has reached; a row says that it is told of, once.
CREATE TABLE budget_alerts (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  month date NOT NULL,
  percent integer NOT NULL CHECK (percent IN (50, 80, 100)),
  at timestamptz NOT NULL DEFAULT now(),
  -- when the mails were ordered
  mailed_at timestamptz,
  PRIMARY KEY (tenant_id, month, percent)
);
CALL app.isolate('budget_alerts');
DROP POLICY tenant_delete ON budget_alerts;
REVOKE DELETE ON budget_alerts FROM app;
-- Whoever mails looks for what nobody has mailed yet.
GRANT SELECT (tenant_id, mailed_at) ON budget_alerts TO system;
CREATE POLICY system_select ON budget_alerts FOR SELECT TO system USING (mailed_at IS NULL);
CREATE INDEX budget_alerts_unmailed ON budget_alerts (tenant_id) WHERE mailed_at IS NULL;

-- What the answers under way may cost at most, so that many side by side stay within the budget.
CREATE TABLE budget_reservations (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  run_id uuid,
  micros bigint NOT NULL CHECK (micros >= 0),
  PRIMARY KEY (tenant_id, id)
);
CALL app.isolate('budget_reservations');
ALTER TABLE spending_reserved DROP COLUMN most_micros;

-- What the budget did to the answer.
ALTER TABLE runs ADD COLUMN budget_step text CHECK (budget_step IN ('cheaper', 'built_in', 'person'));

-- Down Migration
ALTER TABLE runs DROP COLUMN budget_step;
ALTER TABLE spending_reserved ADD COLUMN most_micros bigint NOT NULL DEFAULT 0 CHECK (most_micros >= 0);
ALTER TABLE spending_reserved ALTER COLUMN most_micros DROP DEFAULT;
DROP TABLE budget_reservations, budget_alerts, budgets;
