// What the rules of server.yaml must find, and what they must leave alone: `semgrep --test`. Nothing runs this.
function randomness(delayMs: number) {
  // ruleid: weak-randomness
  const code = Math.random().toString(36).slice(2);
  // ruleid: weak-randomness
  const digits = Math.floor(Math.random() * 1_000_000);
  // ok: weak-randomness
  const wait = delayMs * (0.5 + Math.random() / 2);
  // ok: weak-randomness
  const token = randomBytes(32).toString("base64url");
  return [code, digits, wait, token];
}

function programs(file: string) {
  // ruleid: shell
  execSync(`tar xf ${file}`);
  // ruleid: shell
  spawn("tar", ["xf", file], { shell: true });
  // ok: shell
  spawn("tar", ["xf", file], { stdio: "ignore" });
}

function code(text: string) {
  // ruleid: code-from-text
  eval(text);
  // ruleid: code-from-text
  new Function(text)();
  // ok: code-from-text
  JSON.parse(text);
}

function words(log: Logger, logger: Logger, user: User) {
  // ruleid: console-in-services
  console.log(user.id);
  // ok: console-in-services
  log.info({ userId: user.id }, "signed in");
  // ruleid: personal-words-in-logs
  log.info({ userId: user.id, email: user.email }, "signed in");
  // ruleid: personal-words-in-logs
  logger.warn({ token: user.token }, "refused");
  // ok: personal-words-in-logs
  logger.info({ pii: { email: user.email } }, "signed in");
}

async function calls(url: string) {
  // ruleid: call-without-timeout
  await fetch(url);
  // ruleid: call-without-timeout
  await fetch(url, { method: "POST" });
  // ok: call-without-timeout
  await fetch(url, { method: "POST", signal: AbortSignal.timeout(5_000) });
  // ruleid: connection-without-timeout
  const careless = new pg.Pool({ max: 10 });
  // ok: connection-without-timeout
  const careful = new pg.Pool({ max: 10, connectionTimeoutMillis: 5_000 });
  return [careless, careful];
}

function secrets(request: { token: string }, adminToken: string, digest: Buffer) {
  // ruleid: secret-compared-in-the-open
  if (request.token === adminToken) return true;
  // ok: secret-compared-in-the-open
  if (request.token === undefined) return false;
  // ruleid: weak-hash
  createHash("md5").update(adminToken).digest();
  // ok: weak-hash
  createHash("sha256").update(adminToken).digest();
  // ok: secret-compared-in-the-open
  return timingSafeEqual(digest, digestOf(request.token));
}

function settings(config: Config) {
  // ruleid: certificate-not-checked
  connect({ host: "mail.example", rejectUnauthorized: false });
  // ok: certificate-not-checked
  connect({ host: "mail.example", servername: "mail.example" });
  // ruleid: every-proxy-trusted
  Fastify({ trustProxy: true });
  // ruleid: every-proxy-trusted
  Fastify({ trustProxy: 1 });
  // ok: every-proxy-trusted
  Fastify({ trustProxy: [...config.trustedProxies] });
  // ruleid: cors-reflects-any-origin
  cors({ origin: true, credentials: true });
  // ok: cors-reflects-any-origin
  cors({ origin: [config.dashboard.origin], credentials: true });
  // ruleid: weak-cookie
  setCookie("session", { httpOnly: false });
  // ok: weak-cookie
  setCookie("session", { httpOnly: true, secure: true, sameSite: "lax" });
}

function search(words: string, lines: string[]) {
  // ruleid: pattern-from-input
  const careless = new RegExp(words, "i");
  // ok: pattern-from-input
  return lines.filter((line) => line.includes(words) || careless.test(line));
}
