-- Up Migration
-- Whether a model may hand a conversation to a person by itself; nobody has allowed it before.
ALTER TABLE assistant_settings ADD COLUMN may_hand_off boolean NOT NULL DEFAULT false;

-- Down Migration
ALTER TABLE assistant_settings DROP COLUMN may_hand_off;
