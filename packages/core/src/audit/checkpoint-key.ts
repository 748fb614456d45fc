import { createPrivateKey, createPublicKey, hkdfSync, sign, verify } from "node:crypto";

/** What a DER-encoded Ed25519 private key begins with; its 32 bytes follow (RFC 8410). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** Signs checkpoints of the audit log, by Ed25519: whoever has the public key can check them without the secret. */
export type CheckpointKey = {
  /** In PEM. */
  publicKey: string;
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
};

/** The installation's key: always the same for the same PARLEY_SECRET. */
export function deriveCheckpointKey(secret: string): CheckpointKey {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", "parley/audit-checkpoint/ed25519", 32));
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key);
  return {
    publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
    sign: (text) => sign(null, Buffer.from(text), key).toString("base64url"),
    verify: (text, signature) => verify(null, Buffer.from(text), publicKey, Buffer.from(signature, "base64url")),
  };
}
