import { expect, test } from "vitest";
import { createCircuit } from "./circuit.ts";

function circuitAt() {
  let now = 1_000;
  const circuit = createCircuit(() => now);
  const fail = (times: number, restMs?: number) => {
    for (let time = 0; time < times; time += 1) circuit.admit()?.failed(restMs);
  };
  const admits = () => circuit.admit() !== undefined;
  const pass = (ms: number) => {
    now += ms;
  };
  return { ...circuit, admits, fail, pass };
}

test("four failures in a row keep nobody away, and the fifth does", () => {
  const circuit = circuitAt();
  circuit.fail(4);
  const fifth = circuit.admit();
  expect(fifth).toBeDefined();
  fifth?.failed();
  expect(circuit.admits()).toBe(false);
});

test("a success in between begins the count anew", () => {
  const circuit = circuitAt();
  circuit.fail(4);
  circuit.admit()?.succeeded();
  circuit.fail(4);
  expect(circuit.admits()).toBe(true);
});

test("after 30 seconds one request tries it, and no other beside it", () => {
  const circuit = circuitAt();
  circuit.fail(5);
  circuit.pass(29_999);
  expect(circuit.admits()).toBe(false);
  circuit.pass(1);
  const trial = circuit.admit();
  expect([trial !== undefined, circuit.admits()]).toEqual([true, false]);
  trial?.succeeded();
  expect([circuit.admits(), circuit.admits()]).toEqual([true, true]);
});

test("a trial that fails keeps it shut for as long again; one that was called off leaves the next one to try", () => {
  const circuit = circuitAt();
  circuit.fail(5);
  circuit.pass(30_000);
  circuit.fail(1);
  circuit.pass(29_999);
  expect(circuit.admits()).toBe(false);
  circuit.pass(1);
  circuit.admit()?.calledOff();
  expect(circuit.admits()).toBe(true);
});

test("one that was let through before it was shut lets no second trial through, however it ends", () => {
  const circuit = circuitAt();
  const early = [circuit.admit(), circuit.admit()];
  circuit.fail(5);
  circuit.pass(30_000);
  expect(circuit.admits()).toBe(true);
  early[0]?.calledOff();
  expect(circuit.admits()).toBe(false);
  early[1]?.failed();
  circuit.pass(30_000);
  expect(circuit.admits()).toBe(false);
});

test("a provider that wants to be left alone is, from its first failure on, but for no more than 5 minutes", () => {
  const circuit = circuitAt();
  circuit.fail(1, 20_000);
  circuit.pass(19_999);
  expect(circuit.admits()).toBe(false);
  circuit.pass(1);
  expect(circuit.admits()).toBe(true);
  circuit.fail(1, 86_400_000);
  circuit.pass(299_999);
  expect(circuit.admits()).toBe(false);
  circuit.pass(1);
  expect(circuit.admits()).toBe(true);
});
