import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { createWorld } from "@parley/core/testing/world";
import type { Database } from "@parley/db";
import autocannon from "autocannon";
import { percentile } from "../percentile.ts";
import { median, round } from "./load.ts";

const rounds = 6;
const samples = 200;
const everyMs = 20;
/** Sixty times what one key may ask for in the same time. */
const floodPerSecond = 300;

/**
 * What a tenant waits for its own list, while another tenant floods the api with a key far beyond its limit, and while nobody does: in
 * turns, so that both have the same machine. Who floods runs here as well and takes its share of the processors, which a machine of its
 * own would not: the ratio is an upper bound.
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

  const ratios: number[] = [];
  const alone: number[] = [];
  let refused = 0;
  await p95(); // warm
  for (let round = 0; round < rounds; round += 1) {
    const quiet = await p95();
    const flood = autocannon(
      { url, headers: flooding, connections: 20, overallRate: floodPerSecond, duration: 3_600 },
      () => {},
    );
    const over = once(flood, "done");
    await wait(500);
    const flooded = await p95();
    flood.stop();
    const [told]: autocannon.Result[] = await over;
    refused += told?.["4xx"] ?? 0;
    ratios.push(flooded / quiet);
    alone.push(quiet);
  }
  return {
    p95Ms: round(median(alone)),
    p95UnderFloodToAlone: round(median(ratios)),
    ofRounds: ratios.map((ratio) => round(ratio)),
    floodRefused: refused,
  };
}
