-- Up Migration
-- Why it is partial or failed: a code, and what that is about. `reason`, a sentence, is not read any more; it goes with a later release.
ALTER TABLE crawls ADD COLUMN why jsonb;
-- The owner is bound by the tenants' rules as well, and would see no row.
ALTER TABLE crawls NO FORCE ROW LEVEL SECURITY;
UPDATE crawls SET
  why = CASE WHEN reason IS NOT NULL THEN jsonb_build_object('code', 'crawl.told', 'detail', reason) END,
  problems = (
    SELECT coalesce(jsonb_agg(jsonb_build_object('address', p -> 'address', 'code', 'crawl.told', 'detail', p -> 'reason') ORDER BY n), '[]')
    FROM jsonb_array_elements(problems) WITH ORDINALITY AS told (p, n)
  )
WHERE reason IS NOT NULL OR problems <> '[]';
ALTER TABLE crawls FORCE ROW LEVEL SECURITY;

-- Down Migration
ALTER TABLE crawls NO FORCE ROW LEVEL SECURITY;
UPDATE crawls SET
  reason = coalesce(why ->> 'detail', why ->> 'code'),
  problems = (
    SELECT coalesce(jsonb_agg(jsonb_build_object('address', p -> 'address', 'reason', coalesce(p -> 'detail', p -> 'code')) ORDER BY n), '[]')
    FROM jsonb_array_elements(problems) WITH ORDINALITY AS told (p, n)
  )
WHERE why IS NOT NULL OR problems <> '[]';
ALTER TABLE crawls FORCE ROW LEVEL SECURITY;
ALTER TABLE crawls DROP COLUMN why;
