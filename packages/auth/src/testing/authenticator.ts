import { Secret, TOTP } from "otpauth";

/** What an authenticator app shows for the secret; `ago` periods of 30 seconds ago. */
export const codeOf = (totpSecret: string, ago = 0): string =>
  new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: Date.now() - ago * 30_000 });
