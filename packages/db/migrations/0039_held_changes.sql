-- Up Migration
-- A tenant may have its changes checked before they are published: what is held waits, and answers go on as before.
CREATE TABLE change_checks (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  -- off: changes are in use at once, as in a tenant without a row; ask: somebody publishes them; auto: they are published once no test fails
  mode text NOT NULL CHECK (mode IN ('off', 'ask', 'auto'))
);
CALL app.isolate('change_checks');

-- held: it is read in whole, search leaves it out, and the version before it serves until it is published
ALTER TABLE document_versions DROP CONSTRAINT document_versions_status_check;
ALTER TABLE document_versions ADD CONSTRAINT document_versions_status_check
  CHECK (status IN ('queued', 'parsing', 'embedding', 'held', 'ready', 'failed'));
CREATE UNIQUE INDEX document_versions_held ON document_versions (tenant_id, document_id) WHERE status = 'held';

-- A document, or a source with all that it holds, that is to go.
CREATE TABLE held_removals (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  document_id uuid,
  source_id uuid,
  asked_by uuid,
  asked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, document_id),
  UNIQUE (tenant_id, source_id),
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, asked_by) REFERENCES members (tenant_id, id) ON DELETE SET NULL (asked_by),
  CHECK (num_nonnulls(document_id, source_id) >= 1)
);
CALL app.isolate('held_removals');

-- What the assistant is to be called and told; published, it is the next version of assistant_settings.
CREATE TABLE held_settings (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  -- which of several that were held: 1, 2, 3 …
  revision integer NOT NULL CHECK (revision > 0),
  name text NOT NULL,
  tone text NOT NULL,
  tone_words text NOT NULL,
  guidance text NOT NULL,
  unknown_text text NOT NULL,
  link_hosts text[] NOT NULL,
  may_hand_off boolean NOT NULL,
  restored integer,
  changed_by uuid,
  changed_at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (tenant_id, changed_by) REFERENCES members (tenant_id, id) ON DELETE SET NULL (changed_by)
);
CALL app.isolate('held_settings');

-- Whether the tests were asked as if what is held were in use.
ALTER TABLE knowledge_test_runs ADD COLUMN is_held boolean NOT NULL DEFAULT false;
DROP INDEX knowledge_test_runs_queued;
CREATE UNIQUE INDEX knowledge_test_runs_queued ON knowledge_test_runs (tenant_id, is_held) WHERE status = 'queued';

-- Down Migration
DELETE FROM knowledge_test_runs WHERE is_held;
DROP INDEX knowledge_test_runs_queued;
CREATE UNIQUE INDEX knowledge_test_runs_queued ON knowledge_test_runs (tenant_id) WHERE status = 'queued';
ALTER TABLE knowledge_test_runs DROP COLUMN is_held;
DROP TABLE held_settings, held_removals, change_checks;
DROP INDEX document_versions_held;
UPDATE document_versions SET status = 'failed', failure = 'It was not published.' WHERE status = 'held';
ALTER TABLE document_versions DROP CONSTRAINT document_versions_status_check;
ALTER TABLE document_versions ADD CONSTRAINT document_versions_status_check
  CHECK (status IN ('queued', 'parsing', 'embedding', 'ready', 'failed'));
