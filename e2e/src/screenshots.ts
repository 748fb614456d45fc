import { fileURLToPath } from "node:url";
import { createInstallation } from "@parley/standalone/testing/installation";
import { chromium } from "@playwright/test";
import { openDashboard } from "./dashboard.ts";
import { openShop } from "./shop.ts";

// `pnpm screenshots`: the pictures of the README, from the product as it is now.
const images = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const viewport = { width: 1280, height: 800 };

await using installation = await createInstallation();
await installation.start();
const { demoPassword: password } = await installation.secrets();
const dashboardUrl = `http://localhost:${installation.ports.dashboard}`;
const browser = await chromium.launch({
  ...(process.env.CHROMIUM_PATH && { executablePath: process.env.CHROMIUM_PATH }),
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
try {
  const visitor = await browser.newPage({ viewport });
  const shop = await openShop(visitor, installation.origin);
  await shop.say("How do I add my own documents?");
  await shop.answers.first().getByRole("listitem").first().waitFor();
  await visitor.mouse.move(0, 0);
  await visitor.screenshot({ path: `${images}widget.png`, animations: "disabled" });

  const member = await browser.newPage({ viewport });
  await openDashboard(member, { installation, shopUrl: installation.origin, dashboardUrl, password });
  await member.locator("[data-conversation]").first().click();
  await member
    .getByRole("button", { name: /^Citation 1/ })
    .first()
    .click();
  await member.locator("mark").first().waitFor();
  await member.screenshot({ path: `${images}dashboard.png`, animations: "disabled" });
} finally {
  await browser.close();
}
