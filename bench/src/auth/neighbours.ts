import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { createWorld } from "@parley/core/testing/world";
import type { Database } from "@parley/db";
import { percentile } from "../percentile.ts";
import { median, round, start } from "./load.ts";

const rounds = 6;
const samples = 200;
const everyMs = 20;
/** Sixty times what one key may ask for in the same time. */
const floodPerSecond = 300;
/** Longer than the neighbour asks. */
const floodSeconds = 12;

/**
 * What a tenant waits for its own list, while another tenant floods the api with a key far beyond its limit, and while nobody does: in
 * turns, so that both have the same machine. Who floods is a process of this machine and takes its share of the processors, which one
 * elsewhere would not: the ratio to what it waits alone is an upper bound. The ratio to what it waits while the same flood goes to
 * another server, which answers with nothing, is what the api's own part in it costs the neighbour.
 *
 * @param apiUrl of an api that counts its limits, and believes what a proxy on this machine says of addresses
 */
export async function benchNeighbours({ db, apiUrl }: { db: Database; apiUrl: string }) {
  const world = await createWorld(db);
  async function company(address: string) {
    const tenant = await world.tenant();
    for (let count = 0; count < 20; count += 1) await (await world.contact(tenant)).say("Hello");
    const { key } = await tenant.api.apiKeys.create({
      id: randomUUID() as never,
      name: "Load",
      scopes: ["conversations:read"],
    });
    return { authorization: `Bearer ${key}`, "x-forwarded-for": address };
  }
  const flooding = await company("198.51.100.1");
  const url = `${apiUrl}/v1/conversations`;

  /** The slowest of twenty, in milliseconds. Each round is a key's of its own, so that none comes to its limit. */
  async function p95(): Promise<number> {
    const headers = await company("203.0.113.1");
    const times: number[] = [];
    for (let sample = 0; sample < samples; sample += 1) {
      const startedAt = performance.now();
      const answer = await fetch(url, { headers });
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`the neighbour was answered ${answer.status}`);
      const took = performance.now() - startedAt;
      times.push(took);
      await wait(Math.max(0, everyMs - took));
    }
    return percentile(times, 0.95);
  }

  /** The same while somebody asks for the address too often. @returns how often they were refused, too */
  async function p95Under(address: string): Promise<{ p95Ms: number; refused: number }> {
    const flood = start("flood.ts", [address, String(floodPerSecond), String(floodSeconds), JSON.stringify(flooding)]);
    await wait(1_500); // until it is under way
    const p95Ms = await p95();
    return { p95Ms, refused: Number((await flood).line) };
  }

  const toAlone: number[] = [];
  const toOther: number[] = [];
  const alone: number[] = [];
  let refused = 0;
  const other = await start("no-op-server.ts", ["http"]);
  await p95(); // warm
  for (let round = 0; round < rounds; round += 1) {
    const quiet = await p95();
    const elsewhere = await p95Under(other.line);
    const flooded = await p95Under(url);
    refused += flooded.refused;
    toAlone.push(flooded.p95Ms / quiet);
    toOther.push(flooded.p95Ms / elsewhere.p95Ms);
    alone.push(quiet);
  }
  await other.stop();
  return {
    toReach: { p95UnderFloodToAlone: 1.1 },
    p95Ms: round(median(alone)),
    p95UnderFloodToAlone: round(median(toAlone)),
    ofRounds: toAlone.map((ratio) => round(ratio)),
    p95UnderFloodToUnderFloodOfAnotherServer: round(median(toOther)),
    floodRefused: refused,
  };
}
