import { fileURLToPath } from "node:url";
import { freePort } from "@parley/platform/testing/free-port";
import { expect, test } from "vitest";
import { startProcess } from "./testing/process.ts";

test("the dashboard is served by itself, with its headers and the api's address, and without any secret", async () => {
  const port = await freePort();
  const command = startProcess(
    fileURLToPath(new URL("cli.ts", import.meta.url)),
    {
      DASHBOARD_PORT: String(port),
      DASHBOARD_URL: "https://app.example.com",
      API_URL: "https://api.example.com",
      REALTIME_URL: "wss://realtime.example.com",
    },
    ["dashboard"],
  );
  try {
    await command.printed("The dashboard of https://app.example.com listens");
    for (const path of ["/", "/inbox/some-conversation"]) {
      const answer = await fetch(`http://localhost:${port}${path}`);
      expect(await answer.text()).toContain("https://api.example.com");
      expect(answer.headers.get("content-security-policy")).toMatch(
        /connect-src 'self' https:\/\/api\.example\.com wss:\/\/realtime\.example\.com;.*frame-ancestors 'none'/,
      );
      expect(answer.headers.get("strict-transport-security")).toContain("max-age=31536000");
    }
  } finally {
    await command.end();
  }
});
