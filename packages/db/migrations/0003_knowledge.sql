-- Up Migration
CREATE TABLE sources (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);
CALL app.isolate('sources');

CREATE TABLE documents (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  source_id uuid NOT NULL,
  -- what the document is called where it comes from: a path within its source
  path text NOT NULL,
  title text NOT NULL,
  -- the version that answers are made from: the last one that became ready
  current_version_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- from then on it is neither found nor listed; it stays as long as a citation points into it
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, source_id, path),
  FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id)
);
CALL app.isolate('documents');

CREATE TABLE document_versions (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  document_id uuid NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  title text NOT NULL,
  media_type text NOT NULL CHECK (media_type IN ('text/markdown', 'text/plain')),
  -- kept as long as a citation may point into it; offsets elsewhere count its UTF-16 code units
  content text NOT NULL,
  content_sha256 text NOT NULL,
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'parsing', 'embedding', 'ready', 'failed')),
  -- why it failed, for the person who reads the list of documents
  failure text,
  -- which attempt to read it in may write: one that was given up, but still runs, finds a higher number
  attempt integer NOT NULL DEFAULT 0,
  -- hidden: its chunks are on their way in or out, and search leaves them out; live: search finds them
  chunk_state text NOT NULL DEFAULT 'none' CHECK (chunk_state IN ('none', 'hidden', 'live')),
  created_at timestamptz NOT NULL DEFAULT now(),
  ready_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, document_id, version),
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE,
  CHECK ((status = 'failed') = (failure IS NOT NULL))
);
CALL app.isolate('document_versions');
CREATE UNIQUE INDEX document_versions_live ON document_versions (tenant_id, document_id) WHERE chunk_state = 'live';
-- What search has to leave out: normally nothing.
CREATE INDEX document_versions_hidden ON document_versions (tenant_id, id) WHERE chunk_state = 'hidden';
ALTER TABLE documents ADD FOREIGN KEY (tenant_id, current_version_id) REFERENCES document_versions (tenant_id, id);

-- Written and deleted a few at a time, so that no transaction is long; a version's chunk_state says when they count.
CREATE TABLE chunks (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  id uuid NOT NULL,
  document_version_id uuid NOT NULL,
  ordinal integer NOT NULL CHECK (ordinal >= 0),
  start_offset integer NOT NULL CHECK (start_offset >= 0),
  end_offset integer NOT NULL,
  heading_path text[] NOT NULL DEFAULT '{}',
  text text NOT NULL,
  -- in lexemes, for BM25
  length integer NOT NULL CHECK (length >= 0),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, document_version_id, ordinal),
  FOREIGN KEY (tenant_id, document_version_id) REFERENCES document_versions (tenant_id, id) ON DELETE CASCADE,
  CHECK (end_offset > start_offset)
);
CALL app.isolate('chunks');

-- The embedder is part of the key, so that it and its number of dimensions can change in service.
CREATE TABLE embeddings (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  chunk_id uuid NOT NULL,
  embedder_id text NOT NULL,
  embedding vector NOT NULL,
  PRIMARY KEY (tenant_id, chunk_id, embedder_id),
  FOREIGN KEY (tenant_id, chunk_id) REFERENCES chunks (tenant_id, id) ON DELETE CASCADE
);
CALL app.isolate('embeddings');
-- 384 float4 stay in the row: a scan of all of a tenant's vectors must not visit the TOAST table for each.
ALTER TABLE embeddings ALTER COLUMN embedding SET STORAGE PLAIN;

-- BM25 by hand: full-text operators are not leakproof, so row-level security would keep them from using an index.
CREATE TABLE postings (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() REFERENCES tenants ON DELETE CASCADE,
  term text NOT NULL,
  chunk_id uuid NOT NULL,
  -- how often the term stands in the chunk, and how many lexemes the chunk has
  frequency smallint NOT NULL CHECK (frequency > 0),
  length integer NOT NULL,
  PRIMARY KEY (tenant_id, term, chunk_id),
  FOREIGN KEY (tenant_id, chunk_id) REFERENCES chunks (tenant_id, id) ON DELETE CASCADE
);
CALL app.isolate('postings');
CREATE INDEX postings_chunk ON postings (tenant_id, chunk_id);

-- Sums over the chunks that are live.
CREATE TABLE corpus (
  tenant_id uuid NOT NULL DEFAULT app.tenant_id() PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  chunks integer NOT NULL CHECK (chunks >= 0),
  total_length bigint NOT NULL CHECK (total_length >= 0)
);
CALL app.isolate('corpus');

-- Down Migration
DROP TABLE corpus, postings, embeddings, chunks;
ALTER TABLE documents DROP COLUMN current_version_id;
DROP TABLE document_versions, documents, sources;
