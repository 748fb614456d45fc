-- Up Migration
ALTER TABLE api_keys DROP CONSTRAINT api_keys_scopes_check;
ALTER TABLE api_keys ADD CONSTRAINT api_keys_scopes_check
  CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['conversations:read', 'documents:read', 'documents:write']);

-- Down Migration
-- A key that may do nothing any more is none.
DELETE FROM api_keys WHERE scopes <@ ARRAY['documents:write'];
UPDATE api_keys SET scopes = array_remove(scopes, 'documents:write') WHERE 'documents:write' = ANY (scopes);
ALTER TABLE api_keys DROP CONSTRAINT api_keys_scopes_check;
ALTER TABLE api_keys ADD CONSTRAINT api_keys_scopes_check
  CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['conversations:read', 'documents:read']);
