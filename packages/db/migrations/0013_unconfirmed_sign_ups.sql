-- Up Migration
-- Every sign-up forgets those that nobody has confirmed in a week: few, among all people.
CREATE INDEX user_unconfirmed ON auth."user" (updated_at) WHERE NOT email_verified;

-- Down Migration
DROP INDEX auth.user_unconfirmed;
