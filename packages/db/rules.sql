-- Who reaches what in the database: all of it, as the catalogue of a migrated database has it. It is a page to read, not one to run:
-- roles.sql and the migrations make it so. Nobody writes it by hand; a test compares it with the database, and
--   ./pnpm test:integration packages/db/src/tenancy-proof/rules -u
-- writes it anew. app.tenant_id() is the tenant of the transaction; without one it is null, and then no row is seen and none accepted.

-- ====================================================================================================
-- Tenants' tables
-- ====================================================================================================

TABLE answer_quality OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE api_keys OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id, created_by) REFERENCES members (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  UNIQUE (tenant_id, key_sha256);
  FOREIGN KEY (tenant_id, replaced_by) REFERENCES api_keys (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE assistant_settings OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, version);
  FOREIGN KEY (tenant_id, changed_by) REFERENCES members (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE audit_heads OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id);
  GRANT SELECT, INSERT, UPDATE TO app;
  GRANT SELECT TO system;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY system_select FOR SELECT TO system USING (true);

TABLE audit_log OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, seq);
  GRANT SELECT, INSERT TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE budget_alerts OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, month, percent);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE TO app;
  GRANT SELECT (tenant_id, mailed_at) TO system;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY system_select FOR SELECT TO system USING (mailed_at IS NULL);

TABLE budget_reservations OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE budgets OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE change_checks OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE chunks OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id, document_version_id) REFERENCES document_versions (tenant_id, id);
  UNIQUE (tenant_id, document_version_id, ordinal);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE citations OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, message_id, number);
  FOREIGN KEY (tenant_id, document_version_id) REFERENCES document_versions (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE common_terms OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, term);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE contacts OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, inbox_id) REFERENCES inboxes (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE conversations OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES members (tenant_id, id);
  FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, inbox_id) REFERENCES inboxes (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE corpus OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE crawl_pages OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, crawl_id, address);
  FOREIGN KEY (tenant_id, crawl_id) REFERENCES crawls (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE crawls OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id);
  UNIQUE (tenant_id, source_id) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE document_versions OWNER owner FORCE ROW LEVEL SECURITY;
  UNIQUE (tenant_id, document_id) WHERE (status = 'held'::text);
  UNIQUE (tenant_id, document_id) WHERE (chunk_state = 'live'::text);
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id);
  UNIQUE (tenant_id, document_id, version);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE documents OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id, current_version_id) REFERENCES document_versions (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id);
  UNIQUE (tenant_id, source_id, path);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE embeddings OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, chunk_id, embedder_id);
  FOREIGN KEY (tenant_id, chunk_id) REFERENCES chunks (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE gap_questions OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, message_id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, gap_id) REFERENCES gaps (tenant_id, id);
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE gaps OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE held_removals OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id, asked_by) REFERENCES members (tenant_id, id);
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id);
  UNIQUE (tenant_id, document_id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id);
  UNIQUE (tenant_id, source_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE held_settings OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id);
  FOREIGN KEY (tenant_id, changed_by) REFERENCES members (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE http_tools OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  UNIQUE (tenant_id, name);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE inboxes OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  UNIQUE (tenant_id, publishable_key);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE invitations OWNER owner FORCE ROW LEVEL SECURITY;
  UNIQUE (tenant_id, email) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL));
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id, accepted_by) REFERENCES members (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, invited_by) REFERENCES members (tenant_id, id);
  UNIQUE (tenant_id, token_sha256);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE knowledge_test_results OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, run_id, test_id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, run_id) REFERENCES knowledge_test_runs (tenant_id, id);
  FOREIGN KEY (tenant_id, test_id) REFERENCES knowledge_tests (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE knowledge_test_runs OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  UNIQUE (tenant_id, is_held) WHERE (status = 'queued'::text);
  FOREIGN KEY (tenant_id, asked_by) REFERENCES members (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE knowledge_tests OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id, created_by) REFERENCES members (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE members OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  UNIQUE (tenant_id, user_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  GRANT SELECT (tenant_id, id, user_id, name, role, removed_at) TO system;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY system_select FOR SELECT TO system USING (true);

TABLE message_votes OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, message_id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE messages OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id);
  UNIQUE (tenant_id, conversation_id, seq);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id);
  FOREIGN KEY (tenant_id, run_id) REFERENCES runs (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE model_prices OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, model_id, valid_from);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, model_id) REFERENCES models (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE model_providers OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE models OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, provider_id) REFERENCES model_providers (tenant_id, id);
  UNIQUE (tenant_id, provider_id, name);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE models_in_use OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id);
  FOREIGN KEY (tenant_id, changed_by) REFERENCES members (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE nearest OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, chunk_id, embedder_id);
  FOREIGN KEY (tenant_id, chunk_id) REFERENCES chunks (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE outbox OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  GRANT SELECT, DELETE TO system;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY system_select FOR SELECT TO system USING (true);
  POLICY system_delete FOR DELETE TO system USING (true);

TABLE postings OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, term, chunk_id, frequency, length);
  FOREIGN KEY (tenant_id, chunk_id) REFERENCES chunks (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE run_attempts OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, run_id) REFERENCES runs (tenant_id, id);
  UNIQUE (tenant_id, run_id, number);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE run_passages OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, run_id, number);
  FOREIGN KEY (tenant_id, document_version_id) REFERENCES document_versions (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, run_id) REFERENCES runs (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE run_tool_calls OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, run_id, number);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, run_id) REFERENCES runs (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE runs OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  FOREIGN KEY (tenant_id, question_id) REFERENCES messages (tenant_id, id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  GRANT SELECT (tenant_id, id, conversation_id, status, lease_until, created_at) TO system;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY system_select FOR SELECT TO system USING (status = ANY (ARRAY['queued'::text, 'running'::text]));

TABLE sources OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  UNIQUE (tenant_id, name);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  GRANT SELECT (tenant_id, id, next_crawl_at) TO system;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY system_select FOR SELECT TO system USING (next_crawl_at IS NOT NULL);

TABLE spending OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  UNIQUE (tenant_id, run_id, attempt);
  GRANT SELECT, INSERT TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE spending_months OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, month);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE spending_reserved OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE tenant_embedders OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, state);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

TABLE tenants OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id);
  UNIQUE (slug);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  GRANT SELECT (tenant_id, slug, name, require_second_factor) TO system;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY system_select FOR SELECT TO system USING (true);

TABLE vector_indexes OWNER owner FORCE ROW LEVEL SECURITY;
  PRIMARY KEY (tenant_id, embedder_id);
  FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
  GRANT SELECT, INSERT, UPDATE, DELETE TO app;
  POLICY tenant_select FOR SELECT TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_insert FOR INSERT TO app WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_update FOR UPDATE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id)) WITH CHECK (tenant_id = ( SELECT app.tenant_id() AS tenant_id));
  POLICY tenant_delete FOR DELETE TO app USING (tenant_id = ( SELECT app.tenant_id() AS tenant_id));

-- ====================================================================================================
-- Roles
-- ====================================================================================================

CREATE ROLE app NOLOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE ROLE auth NOLOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE ROLE door LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE ROLE owner LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE ROLE system NOLOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

-- ====================================================================================================
-- Who may switch to which role
-- ====================================================================================================

GRANT app TO door WITH INHERIT f, SET t, ADMIN f;
GRANT auth TO door WITH INHERIT f, SET t, ADMIN f;
GRANT system TO door WITH INHERIT f, SET t, ADMIN f;

-- ====================================================================================================
-- Schemas: who uses what
-- ====================================================================================================

SCHEMA app OWNER owner; GRANT USAGE TO app; GRANT USAGE TO system;
SCHEMA auth OWNER owner; GRANT USAGE TO auth;
SCHEMA pgboss OWNER system;
SCHEMA public OWNER pg_database_owner; GRANT USAGE TO app; GRANT CREATE, USAGE TO owner; GRANT USAGE TO system;

-- ====================================================================================================
-- Rights that come by themselves with what is made later
-- ====================================================================================================

-- none

-- ====================================================================================================
-- Tables that belong to no tenant, in schemas that tenants' data is not in
-- ====================================================================================================

app.audit_checkpoint OWNER owner; GRANT INSERT, SELECT, UPDATE TO system;
app.migrations OWNER owner;
auth.account OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;
auth.attempt OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;
auth.backup_code OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;
auth.challenge OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;
auth.factor OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;
auth.mail_token OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;
auth.session OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;
auth.trusted_device OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;
auth.unlock OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;
auth.user OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;
auth.verification OWNER owner; GRANT DELETE, INSERT, SELECT, UPDATE TO auth;

-- ====================================================================================================
-- Functions and procedures; those that run with their owner's rights say SECURITY DEFINER
-- ====================================================================================================

CREATE OR REPLACE FUNCTION app.make_vector_index(embedder text, dimensions integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '3s'
AS $function$
DECLARE
  tenant constant uuid := app.tenant_id();
  partition constant text := 'nearest_' || replace(tenant::text, '-', '');
BEGIN
  IF tenant IS NULL OR embedder IS NULL OR dimensions IS NULL OR dimensions NOT BETWEEN 1 AND 4000 THEN
    RAISE EXCEPTION 'an index is of one tenant, one embedder and 1 to 4000 dimensions' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF to_regclass(partition) IS NULL THEN
    EXECUTE format('CREATE TABLE %I (LIKE nearest INCLUDING ALL)', partition);
    CALL app.isolate(partition::regclass);
    EXECUTE format('ALTER TABLE nearest ATTACH PARTITION %I FOR VALUES IN (%L)', partition, tenant);
  END IF;
  EXECUTE format(
    'CREATE INDEX IF NOT EXISTS %I ON %I USING hnsw ((embedding::halfvec(%s)) halfvec_ip_ops) WHERE embedder_id = %L',
    partition || '_' || left(md5(embedder), 8), partition, dimensions, embedder
  );
END $function$;
-- owner owner; GRANT EXECUTE TO app
CREATE OR REPLACE FUNCTION app.next_checkpoint()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
BEGIN
  IF NEW.number <> (CASE TG_OP WHEN 'INSERT' THEN 1 ELSE OLD.number + 1 END) THEN
    RAISE EXCEPTION 'checkpoint % can''t be the next', NEW.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $function$;
-- owner owner
CREATE OR REPLACE FUNCTION app.tenant_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid;
-- owner owner
CREATE OR REPLACE FUNCTION auth.begin_session()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
BEGIN
  NEW.created_at := now();
  NEW.updated_at := now();
  NEW.expires_at := now() + interval '100 years';
  RETURN NEW;
END $function$;
-- owner owner
CREATE OR REPLACE PROCEDURE app.isolate(IN tenant_table regclass)
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $procedure$
DECLARE
  own_rows constant text := 'tenant_id = (SELECT app.tenant_id())';
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('CREATE POLICY tenant_select ON %s FOR SELECT TO app USING (%s)', tenant_table, own_rows);
  EXECUTE format('CREATE POLICY tenant_insert ON %s FOR INSERT TO app WITH CHECK (%s)', tenant_table, own_rows);
  EXECUTE format('CREATE POLICY tenant_update ON %s FOR UPDATE TO app USING (%s) WITH CHECK (%s)', tenant_table, own_rows, own_rows);
  EXECUTE format('CREATE POLICY tenant_delete ON %s FOR DELETE TO app USING (%s)', tenant_table, own_rows);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO app', tenant_table);
END $procedure$;
-- owner owner
CREATE OR REPLACE PROCEDURE app.isolate_append_only(IN tenant_table regclass)
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $procedure$
BEGIN
  CALL app.isolate(tenant_table);
  EXECUTE format('DROP POLICY tenant_update ON %s', tenant_table);
  EXECUTE format('DROP POLICY tenant_delete ON %s', tenant_table);
  EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM app', tenant_table);
END $procedure$;
-- owner owner

-- ====================================================================================================
-- Triggers
-- ====================================================================================================

CREATE TRIGGER begin_session BEFORE INSERT ON auth.session FOR EACH ROW EXECUTE FUNCTION auth.begin_session();
CREATE TRIGGER next_checkpoint BEFORE INSERT OR UPDATE ON app.audit_checkpoint FOR EACH ROW EXECUTE FUNCTION app.next_checkpoint();
