-- Up Migration
-- How many checkpoints of the audit logs there are, and the newest one's hash: they are kept outside the database, and whoever takes them
-- away is found by this. It is the installation's, no tenant's, so it stands beside the tenants' tables; it only ever goes on by one.
CREATE TABLE app.audit_checkpoint (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  number bigint NOT NULL CHECK (number > 0),
  hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$')
);
CREATE FUNCTION app.next_checkpoint() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF NEW.number <> (CASE TG_OP WHEN 'INSERT' THEN 1 ELSE OLD.number + 1 END) THEN
    RAISE EXCEPTION 'checkpoint % can''t be the next', NEW.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER next_checkpoint BEFORE INSERT OR UPDATE ON app.audit_checkpoint
  FOR EACH ROW EXECUTE FUNCTION app.next_checkpoint();
GRANT SELECT, INSERT, UPDATE ON app.audit_checkpoint TO system;

-- Down Migration
DROP TABLE app.audit_checkpoint;
DROP FUNCTION app.next_checkpoint();
