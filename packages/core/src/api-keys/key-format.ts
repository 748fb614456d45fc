import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { TenantId } from "@parley/contracts";

const prefix = "parley_";
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** How many digits hold so many bits. */
const lengths = { tenant: 22, secret: 43, checksum: 6 } as const; // 128, 256 and 32 bits
const shape = new RegExp(
  `${prefix}([0-9A-Za-z]{${lengths.tenant}})[0-9A-Za-z]{${lengths.secret}}([0-9A-Za-z]{${lengths.checksum}})`,
);
const whole = new RegExp(`^${shape.source}$`);

/**
 * A new API key: `parley_` and 71 letters and digits. They are the tenant, so that looking the key up needs no rights beyond that
 * tenant's; 256 random bits; and a checksum, by which a typing error and what only looks like a key are told without asking anybody.
 */
export function makeApiKey(tenantId: TenantId): string {
  const tenant = encode(BigInt(`0x${tenantId.replaceAll("-", "")}`), lengths.tenant);
  const secret = encode(BigInt(`0x${randomBytes(32).toString("hex")}`), lengths.secret);
  const body = `${prefix}${tenant}${secret}`;
  return body + checksumOf(body);
}

/** The tenant that the key names; undefined when it is no key of ours. */
export function tenantOfApiKey(key: string): TenantId | undefined {
  const [, tenant, checksum] = whole.exec(key) ?? [];
  if (!tenant || checksum !== checksumOf(key.slice(0, -lengths.checksum))) return undefined;
  const hex = decode(tenant).toString(16).padStart(32, "0");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return TenantId.safeParse(parts.join("-")).data;
}

/** What looks like a key of ours in a text, wherever it stands there. */
export function findApiKey(text: string): string | undefined {
  return shape.exec(text)?.[0];
}

/** What is stored of a key. It has too many random bits to be guessed, so nothing slow is needed. */
export function hashApiKey(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/** By what people tell their keys apart. */
export const hintOf = (key: string): string => key.slice(-4);

const checksumOf = (body: string) => encode(BigInt(crc32(body)), lengths.checksum);

function encode(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text;
}

function decode(text: string): bigint {
  return Array.from(text).reduce((value, digit) => value * 62n + BigInt(digits.indexOf(digit)), 0n);
}
