import type { TenantId } from "@parley/contracts";
import type pg from "pg";

// A row for each table.
const rows = (tenantId: TenantId, id: (n: number) => string) => `
  INSERT INTO tenants (slug, name) VALUES ('t-${tenantId}', 'A tenant');
  INSERT INTO members (id, user_id, name, role) VALUES (${id(1)}, 'ada', 'Ada', 'owner');
  INSERT INTO inboxes (id, name, assistant_name, greeting, publishable_key)
    VALUES (${id(2)}, 'Shop', 'Parley', 'Hello', 'key');
  INSERT INTO contacts (id, inbox_id) VALUES (${id(3)}, ${id(2)});
  INSERT INTO conversations (id, inbox_id, contact_id) VALUES (${id(4)}, ${id(2)}, ${id(3)});
  INSERT INTO messages (id, conversation_id, seq, author, text) VALUES (${id(5)}, ${id(4)}, 1, 'contact', 'How?');
  INSERT INTO runs (id, conversation_id, question_id, ownership_epoch) VALUES (${id(6)}, ${id(4)}, ${id(5)}, 1);
  INSERT INTO messages (id, conversation_id, seq, author, run_id, text, outcome)
    VALUES (${id(7)}, ${id(4)}, 2, 'assistant', ${id(6)}, 'So.', 'answered');
  INSERT INTO message_votes (message_id, vote) VALUES (${id(7)}, 'up');
  INSERT INTO sources (id, name, kind, settings, next_crawl_at) VALUES (${id(8)}, 'docs', 'site', '{}', now());
  INSERT INTO crawls (id, source_id) VALUES (${id(40)}, ${id(8)});
  INSERT INTO crawl_pages (crawl_id, address, depth, is_done) VALUES (${id(40)}, 'https://docs.example.com/', 0, false);
  INSERT INTO documents (id, source_id, path, title) VALUES (${id(9)}, ${id(8)}, 'how.md', 'How');
  INSERT INTO document_versions (id, document_id, version, title, media_type, content, content_sha256)
    VALUES (${id(10)}, ${id(9)}, 1, 'How', 'text/markdown', 'So.', 'hash');
  UPDATE documents SET current_version_id = ${id(10)};
  INSERT INTO chunks (id, document_version_id, ordinal, start_offset, end_offset, text, length)
    VALUES (${id(11)}, ${id(10)}, 0, 0, 3, 'So.', 1);
  INSERT INTO embeddings (chunk_id, embedder_id, embedding) VALUES (${id(11)}, 'e', '[1,0]');
  INSERT INTO postings (term, chunk_id, frequency, length) VALUES ('so', ${id(11)}, 1, 1);
  INSERT INTO corpus (chunks, total_length) VALUES (1, 1);
  INSERT INTO tenant_embedders (state, kind, embedder_id) VALUES ('current', 'built-in', 'e');
  INSERT INTO common_terms (term, chunks) VALUES ('so', 1);
  INSERT INTO vector_indexes (embedder_id, dimensions) VALUES ('e', 2);
  SELECT app.make_vector_index('e', 2);
  INSERT INTO nearest (chunk_id, embedder_id, embedding) VALUES (${id(11)}, 'e', '[1,0]');
  INSERT INTO run_passages
    (run_id, number, document_version_id, chunk_id, start_offset, end_offset, score, lexical, cosine)
    VALUES (${id(6)}, 1, ${id(10)}, ${id(11)}, 0, 3, 1, 1, 1);
  INSERT INTO citations
    (message_id, number, document_version_id, chunk_id, heading_path, start_offset, end_offset, quote_sha256)
    VALUES (${id(7)}, 1, ${id(10)}, ${id(11)}, '{}', 0, 3, 'hash');
  INSERT INTO audit_log (seq, at, action, actor_kind, details, hash)
    VALUES (1, now(), 'document.added', 'operator', '{}', repeat('0', 64));
  INSERT INTO audit_heads (seq, hash) VALUES (1, repeat('0', 64));
  INSERT INTO api_keys (id, name, key_sha256, hint, scopes, created_by, expires_at)
    VALUES (${id(12)}, 'Key', sha256('key'), 'y', ARRAY['documents:read'], ${id(1)}, now() + interval '1 day');
  INSERT INTO invitations (id, email, role, token_sha256, invited_by, expires_at)
    VALUES (${id(13)}, 'grace@example.com', 'member', sha256('token'), ${id(1)}, now() + interval '7 days');
  INSERT INTO assistant_settings (version, name, tone, tone_words, guidance, unknown_text, link_hosts, changed_by)
    VALUES (1, 'Ada', 'plain', '', '', '', '{}', ${id(1)});
  INSERT INTO spending (id, purpose, run_id, attempt, counted_by, cost_micros)
    VALUES (${id(14)}, 'answer', ${id(6)}, 1, 'provider', 0);
  INSERT INTO spending_months (month) VALUES ('2026-01-01');
  INSERT INTO spending_reserved (id, purpose, provider, model, input_tokens) VALUES (${id(15)}, 'answer', 'p', 'm', 1);
  INSERT INTO budgets (monthly_micros) VALUES (1);
  INSERT INTO budget_alerts (month, percent) VALUES ('2026-01-01', 50);
  INSERT INTO budget_reservations (id, micros) VALUES (${id(16)}, 1);
  INSERT INTO knowledge_tests (id, question, message_id, created_by) VALUES (${id(17)}, 'How?', ${id(7)}, ${id(1)});
  INSERT INTO knowledge_test_runs (id, cause, asked_by) VALUES (${id(18)}, 'asked', ${id(1)});
  INSERT INTO knowledge_test_results
    (run_id, test_id, verdict, changed, outcome, answer, citations, missing, answerer, duration_ms)
    VALUES (${id(18)}, ${id(17)}, 'new', false, 'answered', 'So.', '[]', '{}', 'built-in', 1);
  INSERT INTO run_attempts (id, run_id, number, level, answerer, outcome)
    VALUES (${id(19)}, ${id(6)}, 1, 0, 'built-in', 'answered');
  INSERT INTO model_providers (id, kind, name, sealed_key, key_hint) VALUES (${id(20)}, 'openai', 'OpenAI', 'sealed', 'abcd');
  INSERT INTO models (id, provider_id, name, level, position) VALUES (${id(21)}, ${id(20)}, 'm', 1, 1);
  INSERT INTO model_prices (model_id, valid_from, input, output) VALUES (${id(21)}, '2026-01-01', 1, 2);
  INSERT INTO answer_quality (quality) VALUES ('best');
  INSERT INTO gaps (id, question, embedder_id, embedding) VALUES (${id(22)}, 'How?', 'e', '[1,0]');
  INSERT INTO gap_questions (message_id, gap_id, reason, question, asked_at)
    VALUES (${id(5)}, ${id(22)}, 'unknown', 'How?', now());
  INSERT INTO http_tools (id, name, description, method, url, parameters, header_names, sends_contact, enabled)
    VALUES (${id(30)}, 'find_order', 'Finds', 'GET', 'https://shop.example/', '{}', '{}', true, true);
  INSERT INTO run_tool_calls (run_id, number, name, given, outcome, duration_ms)
    VALUES (${id(6)}, 1, 'find_order', '{}', 'ok', 1);
  INSERT INTO change_checks (mode) VALUES ('ask');
  INSERT INTO held_removals (id, source_id, asked_by) VALUES (${id(31)}, ${id(8)}, ${id(1)});
  INSERT INTO held_settings (revision, name, tone, tone_words, guidance, unknown_text, link_hosts, may_hand_off, changed_by)
    VALUES (1, 'Ada', 'plain', '', '', '', '{}', false, ${id(1)});
  INSERT INTO models_in_use (models, changed_by) VALUES ('[]', ${id(1)});
  INSERT INTO outbox (event) VALUES ('{}');`;

/**
 * Gives the tenant a row in every table. A new table needs one here; without it the proof of that table fails.
 *
 * @param idsFrom where the ids are counted from: from the same number, nothing but `tenant_id` tells two tenants' rows apart
 */
export async function seedTenant(client: pg.ClientBase, tenantId: TenantId, idsFrom = 0): Promise<void> {
  const id = (n: number) => `'00000000-0000-4000-8000-${String(idsFrom + n).padStart(12, "0")}'`;
  await client.query("SELECT set_config('role', 'app', true), set_config('app.tenant_id', $1, true)", [tenantId]);
  await client.query(rows(tenantId, id));
  await client.query("SELECT set_config('role', 'none', true), set_config('app.tenant_id', '', true)");
}
