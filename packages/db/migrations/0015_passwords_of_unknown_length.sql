-- Up Migration
-- Of a password that was chosen before its length was noted, beside a second factor, nobody knows how long it is: it counts as short until
-- its person signs in with it.
UPDATE auth.account SET password_short = true
  WHERE provider_id = 'credential' AND password IS NOT NULL
    AND user_id IN (SELECT user_id FROM auth.factor WHERE confirmed_at IS NOT NULL);

-- Down Migration
-- Each is noted anew at the next sign-in.
UPDATE auth.account SET password_short = false;
