import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startHttpListener } from "../testing/http-listener.ts";
import { startNameServer } from "../testing/name-server.ts";
import { createGuardedFetch } from "./fetch-guarded.ts";

// A web server that nobody is to reach waits on both loopback addresses. Its port is open to every host, so that it is the address
// alone that keeps it safe. A second one, which the configuration allows, stands for a site on the internet.

const victimHost = "127.0.0.1";
const siteHost = "127.0.0.2";
const limits = { maxBytes: 10_000, timeoutMs: 10_000 };
type Listener = Awaited<ReturnType<typeof startHttpListener>>;

let victim: Listener;
let victim6: Listener;
let site: Listener;
let leadsTo = "";
let status = 302;
beforeAll(async () => {
  victim = await startHttpListener({ host: victimHost });
  victim6 = await startHttpListener({ host: "::1", port: victim.port });
  site = await startHttpListener({
    host: siteHost,
    port: victim.port,
    answer(request, response) {
      const hops = Number(/^\/hops\/(\d+)$/.exec(request.url ?? "")?.[1] ?? 0);
      if (request.url === "/") return response.end("public");
      response.writeHead(status, { location: hops > 1 ? `/hops/${hops - 1}` : leadsTo }).end();
    },
  });
});
afterAll(() => Promise.all([victim.stop(), victim6.stop(), site.stop()]));
beforeEach(() => {
  for (const { hits } of [victim, victim6, site]) hits.length = 0;
  status = 302;
});
const hitsOnVictim = () => victim.hits.length + victim6.hits.length;

function guard(resolve?: (hostname: string) => Promise<string[]>) {
  const guarded = createGuardedFetch({
    allowedHosts: [siteHost],
    contact: "http://localhost",
    ports: [victim.port],
    ...(resolve && { resolve }),
  });
  return { ...guarded, [Symbol.asyncDispose]: guarded.close };
}
const reason = (result: Promise<unknown>) =>
  result.then(
    () => "fetched",
    (error: { code?: string }) => error.code,
  );
/** Both ways out: to read a page, and to call a program. */
const waysOf = (guarded: ReturnType<typeof guard>) => [
  (address: string) => guarded.get(address, limits),
  (address: string) => guarded.fetch(address, { method: "POST", body: "a question", headers: { "x-key": "secret" } }),
];
const withPort = (spelling: string) => spelling.replace("PORT", String(victim.port));

/** What leads to this machine when nothing guards it, as these spellings do wherever they are tried. */
const loopback = [
  "http://127.0.0.1:PORT/",
  "http://127.0.0.1.:PORT/",
  "http://127.1:PORT/",
  "http://127.0.1:PORT/",
  "http://2130706433:PORT/",
  "http://0x7f000001:PORT/",
  "http://0x7f.0.0.0x1:PORT/",
  "http://0177.0.0.01:PORT/",
  "http://017700000001:PORT/",
  "http://0:PORT/",
  "http://0.0.0.0:PORT/",
  "http://localhost:PORT/",
  "http://lOcAlHoSt:PORT/",
  "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/",
  "http://①②⑦.⓪.⓪.①:PORT/",
  "http://127。0。0。1:PORT/",
  "http://１２７.0.0.1:PORT/",
  "http://%31%32%37.0.0.1:PORT/",
  "http://127.0.\t0.\n1:PORT/",
  "  http://127.0.0.1:PORT/  ",
  "http:127.0.0.1:PORT",
  "http:\\\\127.0.0.1:PORT\\",
  "http://127.0.0.1:PORT\\@example.com/",
  "http://127.0.0.1:PORT#@example.com/",
  "http://127.0.0.1:PORT?@example.com/",
  "http://[::1]:PORT/",
  "http://[0:0:0:0:0:0:0:1]:PORT/",
  "http://[::]:PORT/",
  "http://[::ffff:127.0.0.1]:PORT/",
  "http://[::ffff:7f00:1]:PORT/",
  "http://[0:0:0:0:0:FFFF:7F00:0001]:PORT/",
];

/** What leads to an inner network elsewhere, and may not lead anywhere here. */
const inner = [
  "http://LOCALHOST.:PORT/",
  "http://[::127.0.0.1]:PORT/",
  "http://[::7f00:1]:PORT/",
  "http://[64:ff9b::7f00:1]:PORT/",
  "http://[64:ff9b::127.0.0.1]:PORT/",
  "http://[64:ff9b:1::7f00:1]:PORT/",
  "http://[2002:7f00:1::]:PORT/",
  "http://[2001:0:7f00:1::80ff:fffe]:PORT/",
  "http://[::ffff:0:127.0.0.1]:PORT/",
  "http://169.254.169.254:PORT/latest/meta-data/",
  "http://[::ffff:a9fe:a9fe]:PORT/",
  "http://[fd00:ec2::254]:PORT/",
  "http://168.63.129.16:PORT/",
  "http://100.100.100.200:PORT/",
  "http://10.0.0.1:PORT/",
  "http://172.16.0.1:PORT/",
  "http://172.31.255.255:PORT/",
  "http://192.168.1.1:PORT/",
  "http://100.64.0.1:PORT/",
  "http://192.0.0.1:PORT/",
  "http://198.18.0.1:PORT/",
  "http://224.0.0.1:PORT/",
  "http://240.0.0.1:PORT/",
  "http://255.255.255.255:PORT/",
  "http://[fe80::1]:PORT/",
  "http://[fec0::1]:PORT/",
  "http://[fc00::1]:PORT/",
  "http://[ff02::1]:PORT/",
  "http://[2001:db8::1]:PORT/",
  "http://[4000::1]:PORT/",
];

/** What is no web address, or carries a user's name: refused before anything is looked up. */
const invalid = [
  "http://example.com@127.0.0.1:PORT/",
  "http://example.com:80@127.0.0.1:PORT/",
  "http://user:password@127.0.0.1:PORT/",
  "http://[fe80::1%25lo]:PORT/",
  "http://127.0.0.256:PORT/",
  "//127.0.0.1:PORT/",
  "ftp://127.0.0.1:PORT/",
  "file:///etc/passwd",
  "gopher://127.0.0.1:PORT/_GET%20/",
  "data:text/plain,private",
  "blob:http://127.0.0.1:PORT/1",
  "unix:/var/run/docker.sock",
  "127.0.0.1:PORT",
  "",
];

describe("[I4] an address of the inner network", () => {
  test.each(loopback)("of this machine is refused: %j", async (spelling) => {
    await using guarded = guard();
    for (const go of waysOf(guarded)) expect(await reason(go(withPort(spelling)))).toBe("refused");
    expect(hitsOnVictim()).toBe(0);
  });

  test.each(inner)("of another network is refused: %j", async (spelling) => {
    await using guarded = guard();
    for (const go of waysOf(guarded)) expect(await reason(go(withPort(spelling)))).toBe("refused");
  });

  test.each(invalid)("that is no web address is refused: %j", async (spelling) => {
    await using guarded = guard();
    for (const go of waysOf(guarded)) expect(await reason(go(withPort(spelling)))).toBe("invalid");
    expect(hitsOnVictim()).toBe(0);
  });

  test.each([
    ...loopback.concat(inner).flatMap((spelling) => {
      const { hostname } = new URL(spelling.trim().replace("PORT", "80"));
      return /^[\d.]+$|^\[/.test(hostname) ? [hostname.replace(/^\[|\]$/g, "")] : [];
    }),
  ])("is refused when a name has it: %s", async (address) => {
    await using guarded = guard(async () => [address]);
    for (const go of waysOf(guarded)) {
      expect(await reason(go(`http://example.com:${victim.port}/`))).toBe("refused");
    }
    expect(hitsOnVictim()).toBe(0);
  });

  test("is refused when a name has it beside one that is allowed, wherever it stands", async () => {
    for (const addresses of [
      [siteHost, victimHost],
      [victimHost, siteHost],
      [siteHost, "::1"],
    ]) {
      await using guarded = guard(async () => addresses);
      expect(await reason(guarded.get(`http://example.com:${victim.port}/`, limits))).toBe("refused");
    }
    expect(hitsOnVictim() + site.hits.length).toBe(0);
  });

  test("is refused at any port that is not a web server's", async () => {
    const guarded = createGuardedFetch({ allowedHosts: [siteHost], contact: "http://localhost" });
    expect(await reason(guarded.get(`http://${siteHost}:${site.port}/`, limits))).toBe("refused");
    await guarded.close();
    expect(site.hits).toEqual([]);
  });

  test("[I4 control] without the guard each of these spellings of this machine reaches it, and with it what is allowed is fetched", async () => {
    for (const spelling of loopback) {
      const before = hitsOnVictim();
      await (await fetch(withPort(spelling))).text();
      expect(hitsOnVictim(), spelling).toBe(before + 1);
    }
    await using guarded = guard();
    const { bytes } = await guarded.get(`http://${siteHost}:${site.port}/`, limits);
    expect(bytes.toString()).toBe("public");
  });
});

describe("[I5] a name that resolves anew", () => {
  /** Says first that it is a public site, and from then on that it is this machine. */
  const startRebinding = () => startNameServer((_name, nth) => [nth === 1 ? siteHost : victimHost]);

  test("is looked up once for a connection, and the connection goes where that said", async () => {
    const names = await startRebinding();
    await using guarded = guard(names.resolve);
    const { bytes } = await guarded.get(`http://rebinding.example.com:${victim.port}/`, limits);
    expect(bytes.toString()).toBe("public");
    expect(names.asked).toEqual(["rebinding.example.com"]);
    expect(hitsOnVictim()).toBe(0);
    await names.stop();
  });

  test("is checked anew for the next connection", async () => {
    const names = await startRebinding();
    for (const expected of ["fetched", "refused", "refused"]) {
      await using guarded = guard(names.resolve);
      expect(await reason(guarded.get(`http://rebinding.example.com:${victim.port}/`, limits))).toBe(expected);
    }
    expect(names.asked).toHaveLength(3);
    expect(hitsOnVictim()).toBe(0);
    await names.stop();
  });

  test("[I5 control] who checks a name and then fetches by it reaches this machine", async () => {
    const names = await startRebinding();
    const name = "rebinding.example.com";
    expect(await names.resolve(name)).toEqual([siteHost]);
    const [address] = await names.resolve(name);
    await (await fetch(`http://${address}:${victim.port}/`)).text();
    expect(hitsOnVictim()).toBe(1);
    await names.stop();
  });
});

describe("[I5] a redirect into the inner network", () => {
  const targets = () => [
    `http://127.0.0.1:${victim.port}/`,
    `//127.0.0.1:${victim.port}/`,
    `http://localhost:${victim.port}/`,
    `http://[::ffff:7f00:1]:${victim.port}/`,
    `http://2130706433:${victim.port}/`,
    `\\\\127.0.0.1:${victim.port}`,
  ];

  test.each([301, 302, 303, 307, 308])("is not followed: status %i", async (redirect) => {
    status = redirect;
    await using guarded = guard();
    for (const target of targets()) {
      leadsTo = target;
      expect(await reason(guarded.get(`http://${siteHost}:${site.port}/leave`, limits))).toBe("refused");
    }
    expect(site.hits).toHaveLength(targets().length);
    expect(hitsOnVictim()).toBe(0);
  });

  test.each([301, 302, 303, 307, 308])(
    "is not followed by a call at all, and takes no key along: status %i",
    async (redirect) => {
      status = redirect;
      await using guarded = guard();
      const [, call] = waysOf(guarded);
      for (const target of [...targets(), "/"]) {
        leadsTo = target;
        await expect(call?.(`http://${siteHost}:${site.port}/leave`)).rejects.toThrow("fetch failed");
      }
      expect(site.hits).toHaveLength(targets().length + 1);
      expect(hitsOnVictim()).toBe(0);
    },
  );

  test("is not followed at the end of a chain, nor a chain without an end", async () => {
    leadsTo = `http://127.0.0.1:${victim.port}/`;
    await using guarded = guard();
    expect(await reason(guarded.get(`http://${siteHost}:${site.port}/hops/5`, limits))).toBe("refused");
    expect(site.hits).toHaveLength(5);
    expect(await reason(guarded.get(`http://${siteHost}:${site.port}/hops/6`, limits))).toBe("too_many_redirects");
    leadsTo = "/again";
    expect(await reason(guarded.get(`http://${siteHost}:${site.port}/again`, limits))).toBe("too_many_redirects");
    expect(hitsOnVictim()).toBe(0);
  });

  test("is not followed to what is no web address, or to another port", async () => {
    await using guarded = guard();
    for (const target of ["file:///etc/passwd", "data:text/plain,private", "javascript:1", "http://a:b@example.com/"]) {
      leadsTo = target;
      expect(await reason(guarded.get(`http://${siteHost}:${site.port}/leave`, limits))).toBe("invalid");
    }
    leadsTo = `http://${siteHost}:${site.port + 1}/`;
    expect(await reason(guarded.get(`http://${siteHost}:${site.port}/leave`, limits))).toBe("refused");
  });

  test("[I5 control] without the guard it is followed, and within what is allowed with it, too", async () => {
    leadsTo = `http://127.0.0.1:${victim.port}/`;
    await (await fetch(`http://${siteHost}:${site.port}/hops/5`)).text();
    expect(hitsOnVictim()).toBe(1);
    leadsTo = "/";
    await using guarded = guard();
    const { bytes, url } = await guarded.get(`http://${siteHost}:${site.port}/hops/5`, limits);
    expect(bytes.toString()).toBe("public");
    expect(url.pathname).toBe("/");
  });
});
