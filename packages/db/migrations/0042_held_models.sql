-- Up Migration
-- What answers are written by as long as a change of the models is held: models, model_prices and answer_quality say then what is to be.
CREATE TABLE models_in_use (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  -- which of several changes is held: 1, 2, 3 …
  revision integer NOT NULL DEFAULT 1 CHECK (revision > 0),
  -- null: nobody has chosen
  quality text CHECK (quality IN ('economical', 'balanced', 'best')),
  -- with their own prices, for those that are removed
  models jsonb NOT NULL,
  changed_by uuid,
  changed_at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (tenant_id, changed_by) REFERENCES members (tenant_id, id) ON DELETE SET NULL (changed_by)
);
CALL app.isolate('models_in_use');

-- Down Migration
DROP TABLE models_in_use;
