-- Up Migration
-- A password that is long enough only beside a second factor. How long one is can't be told from its hash.
ALTER TABLE auth.account ADD COLUMN password_short boolean NOT NULL DEFAULT false;

-- Down Migration
ALTER TABLE auth.account DROP COLUMN password_short;
