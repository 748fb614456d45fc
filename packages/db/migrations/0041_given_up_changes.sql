-- Up Migration
-- Of a next one: it was tried for long enough, and is not tried again by itself.
ALTER TABLE tenant_embedders ADD COLUMN given_up boolean NOT NULL DEFAULT false;

-- Down Migration
ALTER TABLE tenant_embedders DROP COLUMN given_up;
