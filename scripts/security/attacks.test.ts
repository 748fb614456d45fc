import { expect, test } from "vitest";
import { attacks, casesOf, judge, withoutTarget } from "./attacks.mjs";

test("all 77 cases are listed: 64 and 13 WebSocket frames", () => {
  const ids = Object.keys(attacks);
  expect(ids).toHaveLength(77);
  expect(ids.filter((id) => id.startsWith("K7."))).toHaveLength(13);
  expect(ids).toEqual(expect.arrayContaining(Object.keys(withoutTarget)));
});

test("a test says by its tags which cases it proves", () => {
  expect(casesOf("[T2] a thousand requests")).toEqual([{ id: "T2", isControl: false }]);
  expect(casesOf("group > [K7.13, R5] twice [T1 control]")).toEqual([
    { id: "K7.13", isControl: false },
    { id: "R5", isControl: false },
    { id: "T1", isControl: true },
  ]);
  expect(casesOf("[C5 + control] [F10]")).toEqual([
    { id: "C5", isControl: false },
    { id: "C5", isControl: true },
    { id: "F10", isControl: false },
  ]);
  expect(casesOf("[C1 C2, C10] three").map(({ id }) => id)).toEqual(["C1", "C2", "C10"]);
  expect(casesOf("no tag [1] [x] [T]")).toEqual([]);
});

test("a case passes with tests and a control that all pass; without a test it is pending only where nothing is there to attack", () => {
  const results = judge([
    { name: "[A1] one", passed: true },
    { name: "group > [A1 control] two", passed: true },
    { name: "[A2] one", passed: true },
    { name: "[A2 control] two", passed: false },
    { name: "[A3 control] one", passed: true },
    { name: "[A4] one", passed: true },
    { name: "[A5 + control] one", passed: true },
  ]);
  const of = (id: string) => results.find((result) => result.id === id);
  expect(of("A1")).toMatchObject({ result: "passed", tests: 1, control: "group > two" });
  expect(of("A2")).toMatchObject({ result: "failed", tests: 1 });
  expect(of("A3")).toMatchObject({ result: "failed", why: "no test" });
  expect(of("A4")).toMatchObject({ result: "failed", why: "no control" });
  expect(of("A5")).toMatchObject({ result: "passed", tests: 1, control: "one" });
  expect(of("K3")).toMatchObject({ result: "pending", why: withoutTarget.K3 });
  expect(results).toHaveLength(78);
});
