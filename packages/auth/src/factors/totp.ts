import { Secret, TOTP } from "otpauth";

const periodSeconds = 30;

/** A secret as authenticator apps take it: 160 bits, in base32. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

const totpOf = (secret: string, label = "") =>
  new TOTP({ issuer: "Parley", label, secret: Secret.fromBase32(secret), digits: 6, period: periodSeconds });

/** What the QR code holds. */
export const otpauthUri = (secret: string, email: string): string => totpOf(secret, email).toString();

/**
 * Which 30 seconds since 1970 the code belongs to; undefined when it fits none of now, just before and just after.
 *
 * @param nowSeconds by the database's clock
 */
export function stepOf(secret: string, code: string, nowSeconds: number): number | undefined {
  const delta = totpOf(secret).validate({ token: code, timestamp: nowSeconds * 1_000, window: 1 });
  return delta === null ? undefined : Math.floor(nowSeconds / periodSeconds) + delta;
}
