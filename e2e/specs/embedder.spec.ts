import { expectAccessibleInAllLooks } from "../src/accessible.ts";
import { expect, openDashboard, test } from "../src/fixtures.ts";

test("the embedder is seen and changed on a page of its own; a server is tried before it is taken", async ({
  page,
  builtIn,
}) => {
  await openDashboard(page, builtIn);
  await page.getByRole("link", { name: "Knowledge" }).click();
  await page.getByRole("link", { name: "Embedder" }).click();
  await expect(page.getByRole("heading", { name: "Built in" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Change", exact: true })).toBeDisabled();

  await page.getByRole("radio", { name: "Another server" }).check();
  // Within the machine, where a workspace's addresses lead nowhere.
  await page.getByLabel("Address").fill("http://127.0.0.1:9/v1");
  await page.getByLabel("Model").fill("multilingual");
  await page.getByLabel("Dimensions").fill("384");
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await expect(page.getByText("The embedder's server can't be reached")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Built in" })).toBeVisible();
});
