-- Up Migration
-- Of a password that was chosen before its length was noted, beside a second factor, nobody knows how long it is: it counts as short until
-- its person signs in with it.
UPDATE auth.account SET password_short = true
  WHERE provider_id = 'credential' AND password IS NOT NULL
    AND user_id IN (SELECT user_id FROM auth.factor WHERE confirmed_at IS NOT NULL);

-- Down Migration
-- A release that has this migration notes each anew at the next sign-in. The one before it, which has 0014 alone, notes nothing then: it
-- takes every password for a long one, also those that it had noted as short itself, until another one is chosen.
UPDATE auth.account SET password_short = false;
