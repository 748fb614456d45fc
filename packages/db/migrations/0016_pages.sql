-- Up Migration
ALTER TABLE document_versions
  -- what the file was that the content was made from; null: what media_type says
  ADD COLUMN original_type text CHECK (original_type IN (
    'text/html', 'text/csv', 'application/pdf',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  )),
  -- where each page begins in the content, in UTF-16 code units; null: it has no pages
  ADD COLUMN page_starts integer[] CHECK (cardinality(page_starts) > 0 AND 0 <= ALL (page_starts));

-- Down Migration
ALTER TABLE document_versions DROP COLUMN page_starts, DROP COLUMN original_type;
