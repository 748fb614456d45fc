import { expect, test } from "vitest";

test("on a server, importing and booting do nothing", async () => {
  expect(typeof document).toBe("undefined");
  const { parley } = await import("./index.ts");
  parley.boot({ key: "pk_test", api: "http://localhost:3001" });
  parley.open();
  parley.hide();
  parley.shutdown();
  expect(parley.on("open", () => {})).toBeTypeOf("function");
});
