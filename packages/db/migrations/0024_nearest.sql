-- Up Migration
-- The vectors of a tenant that has too many to look at all of them for each question, once more: in a partition of its own, under an
-- index of its own. No other tenant's vectors are in either, so none can change what is found there, or how fast. `embeddings` stays
-- the truth; what is here can be made from it again at any time.
CREATE TABLE nearest (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  chunk_id uuid NOT NULL,
  embedder_id text NOT NULL,
  -- half as exact and half as large: it finds candidates, which are then measured by `embeddings`
  embedding halfvec NOT NULL,
  PRIMARY KEY (tenant_id, chunk_id, embedder_id),
  FOREIGN KEY (tenant_id, chunk_id) REFERENCES chunks (tenant_id, id) ON DELETE CASCADE
) PARTITION BY LIST (tenant_id);
CALL app.isolate('nearest');

-- Which embedders' vectors a tenant has under an index, or is about to.
CREATE TABLE vector_indexes (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  embedder_id text NOT NULL,
  dimensions integer NOT NULL CHECK (dimensions BETWEEN 1 AND 4000),
  created_at timestamptz NOT NULL DEFAULT now(),
  -- from then on it holds every vector and is searched; until then all vectors are looked at
  ready_at timestamptz,
  PRIMARY KEY (tenant_id, embedder_id)
);
CALL app.isolate('vector_indexes');

-- The one thing that a tenant's transaction does with the owner's rights: to make its own partition of `nearest`, and an index there for
-- the vectors of one embedder. It goes by the transaction's tenant, so it can make no other tenant's. Both are made empty, or next to
-- it, so that nobody waits for them.
CREATE FUNCTION app.make_vector_index(embedder text, dimensions integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '3s' AS $$
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
END $$;
REVOKE EXECUTE ON FUNCTION app.make_vector_index(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.make_vector_index(text, integer) TO app;

-- What BM25 needs of a posting stands in the index by which it is found.
ALTER TABLE postings DROP CONSTRAINT postings_pkey, ADD PRIMARY KEY (tenant_id, term, chunk_id) INCLUDE (frequency, length);
-- Of a word that stands everywhere, the chunks that say it again.
CREATE INDEX postings_strong ON postings (tenant_id, term, chunk_id) INCLUDE (frequency, length) WHERE frequency >= 2;

-- In how many chunks a word stands that is in many, of a tenant with a vector index: to count them for each question takes too long.
CREATE TABLE common_terms (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  term text NOT NULL,
  chunks integer NOT NULL CHECK (chunks > 0),
  PRIMARY KEY (tenant_id, term)
);
CALL app.isolate('common_terms');
-- How many chunks there were when they were counted; 0: they never were.
ALTER TABLE corpus ADD COLUMN counted_chunks integer NOT NULL DEFAULT 0 CHECK (counted_chunks >= 0);

-- Down Migration
ALTER TABLE corpus DROP COLUMN counted_chunks;
DROP TABLE common_terms;
DROP INDEX postings_strong;
ALTER TABLE postings DROP CONSTRAINT postings_pkey, ADD PRIMARY KEY (tenant_id, term, chunk_id);
DROP FUNCTION app.make_vector_index(text, integer);
DROP TABLE vector_indexes, nearest;
