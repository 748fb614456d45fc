import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ConfigError, configTable, loadConfig } from "./config.ts";

const secrets = { PARLEY_SECRET: "s".repeat(32), ADMIN_TOKEN: "a".repeat(32) };

function faultsOf(environment: Record<string, string>): string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n").slice(1, -1);
  }
  return [];
}

test("two secrets are enough: everything else has a default on this machine", () => {
  const config = loadConfig(secrets);

  expect(config).toMatchObject({
    production: false,
    log: { level: "info", format: "pretty" },
    host: "localhost",
    api: { port: 3001, url: "http://localhost:3001" },
    realtime: { port: 3002, url: "ws://localhost:3002" },
    dashboard: { port: 5174, url: "http://localhost:5174" },
    widget: { port: 5176, url: "http://localhost:5176" },
    trustedProxies: [],
    fetchAllowedHosts: [],
    rateLimits: true,
    dataDir: "data",
    database: { url: undefined, ownerUrl: undefined, poolSize: 10 },
    redis: { url: undefined, partitions: 4 },
    openai: undefined,
    answer: { timeoutMs: 60_000, idleTimeoutMs: 15_000, leaseMs: 5_000 },
  });
});

test("public addresses follow the ports until they are set, and lose the slash at their end", () => {
  const config = loadConfig({ ...secrets, API_PORT: "4001", DASHBOARD_URL: "https://parley.example.com/" });

  expect(config.api.url).toBe("http://localhost:4001");
  expect(config.dashboard.url).toBe("https://parley.example.com");
});

test("of the dashboard's address the origin is what browsers say it is", () => {
  const originOf = (url: string) => loadConfig({ ...secrets, DASHBOARD_URL: url }).dashboard.origin;

  expect(originOf("https://Parley.Example.com/inbox/")).toBe("https://parley.example.com");
  expect(originOf("https://parley.example.com:443")).toBe("https://parley.example.com");
  expect(originOf("http://localhost:5174")).toBe("http://localhost:5174");
});

test("in production the log is JSON, unless another format is asked for", () => {
  expect(loadConfig({ ...secrets, NODE_ENV: "production" })).toMatchObject({
    production: true,
    log: { format: "json" },
  });
  expect(loadConfig({ ...secrets, NODE_ENV: "production", LOG_FORMAT: "pretty" }).log.format).toBe("pretty");
});

test("in production the api is reached by https, or on this machine", () => {
  const production = (url: string) => faultsOf({ ...secrets, NODE_ENV: "production", API_URL: url });

  for (const url of ["http://api.example.com", "http://10.0.0.7:3001", "http://localhost.example.com"]) {
    expect(production(url)).toEqual([expect.stringContaining("API_URL must begin with https://")]);
    expect(faultsOf({ ...secrets, API_URL: url })).toEqual([]);
  }
  for (const url of ["https://api.example.com", "http://localhost:3001", "http://127.0.0.1", "http://[::1]:3001"])
    expect(production(url)).toEqual([]);
});

test("a variable that is set to nothing counts as unset", () => {
  const config = loadConfig({ ...secrets, API_PORT: "", REDIS_URL: " ", OPENAI_API_KEY: "" });

  expect(config.api.port).toBe(3001);
  expect(config.redis.url).toBeUndefined();
  expect(config.openai).toBeUndefined();
});

test("a key or an address of its own brings in the language model; prices are optional", () => {
  expect(loadConfig({ ...secrets, OPENAI_API_KEY: "k" }).openai).toEqual({
    apiKey: "k",
    baseUrl: "https://api.openai.com/v1",
    model: "gpt-5-mini",
    prices: undefined,
  });
  const local = { OPENAI_BASE_URL: "http://localhost:11434/v1", OPENAI_PRICE_INPUT: "0.25", OPENAI_PRICE_OUTPUT: "2" };
  expect(loadConfig({ ...secrets, ...local }).openai).toMatchObject({
    apiKey: undefined,
    baseUrl: "http://localhost:11434/v1",
    prices: { input: 0.25, cached: undefined, output: 2 },
  });
});

test("trusted proxies are addresses and networks", () => {
  const set = (value: string) => loadConfig({ ...secrets, TRUSTED_PROXIES: value }).trustedProxies;

  expect(set("10.0.0.1, 192.168.0.0/16,fd00::/8")).toEqual(["10.0.0.1", "192.168.0.0/16", "fd00::/8"]);
  for (const wrong of ["everyone", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.1,", "fd00::/129", "10.0.0.1/x"]) {
    expect(faultsOf({ ...secrets, TRUSTED_PROXIES: wrong })).toHaveLength(1);
  }
});

test("what may be fetched from besides the public internet is named, and a slip of the pen opens nothing", () => {
  const set = (value: string) => loadConfig({ ...secrets, FETCH_ALLOWED_HOSTS: value }).fetchAllowedHosts;
  const entries = ["wiki.example.com", "10.0.0.0/8", "localhost:8080", "[fd00::1]:8080"];
  expect(set(entries.join(", "))).toEqual(entries);
  for (const wrong of ["*", "http://wiki.example.com", "10.0.0.0/33", "wiki.example.com,", "wiki.example.com:0"]) {
    expect(faultsOf({ ...secrets, FETCH_ALLOWED_HOSTS: wrong })).toHaveLength(1);
  }
});

test("every fault is listed at once, by its variable, and none of them tells a value", () => {
  const environment = {
    PARLEY_SECRET: "hunter2",
    API_PORT: "70000",
    REALTIME_PORT: "3002.5",
    LOG_LEVEL: "loud",
    DATABASE_URL: "mysql://door:hunter2@localhost/parley",
    REALTIME_URL: "http://localhost:3002",
    OPENAI_PRICE_INPUT: "cheap",
    OPENAI_PRICE_CACHED: "0.1",
  };
  const faults = faultsOf(environment);

  expect(faults.map((fault) => fault.trim().split(" ")[0]).toSorted()).toEqual([
    "ADMIN_TOKEN",
    "API_PORT",
    "DATABASE_URL",
    "LOG_LEVEL",
    "OPENAI_PRICE_INPUT",
    "OPENAI_PRICE_OUTPUT",
    "PARLEY_SECRET",
    "REALTIME_PORT",
    "REALTIME_URL",
  ]);
  expect(faults.join("\n")).toContain("API_PORT must be a whole number from 1 to 65535");
  expect(faults.join("\n")).toContain("ADMIN_TOKEN is needed: 32 characters or more");
  expect(faults.join("\n")).not.toContain("hunter2");
});

test("nothing can change the configuration once it is read", () => {
  const config = loadConfig(secrets);

  expect(() => Object.assign(config.api, { port: 1 })).toThrow(TypeError);
  expect(() => Object.assign(config, { host: "elsewhere" })).toThrow(TypeError);
});

test("docs/configuration.md lists every setting as it is", async () => {
  const file = new URL("../../../docs/configuration.md", import.meta.url);
  const page = await readFile(file, "utf8");
  const written = page.replace(
    /(<!-- settings:.*? -->\n).*(<!-- \/settings -->)/s,
    (_, from, to) => from + configTable() + to,
  );

  await expect(written).toMatchFileSnapshot(file.pathname);
});
