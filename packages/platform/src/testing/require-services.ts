/** Vitest's global setup: a test that needs a server must fail without it, clearly and before it starts. */
export default function requireServices(): void {
  const missing = ["DATABASE_URL", "PGBOUNCER_URL", "REDIS_URL"].filter((name) => !process.env[name]);
  if (missing.length === 0) return;
  throw new Error(
    `Integration tests need real servers, and ${missing.join(" and ")} is not set. ` +
      "`node scripts/services.mjs` starts them and prints the lines to set; `npm test` does it by itself.",
  );
}
