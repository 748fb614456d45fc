import type { Page } from "@playwright/test";
import type { Place } from "./fixtures.ts";
import { mailbox, type Person } from "./mailbox.ts";

/** Signs up with a workspace, opens the mail and confirms the address: then the person is in their inbox. */
export async function signUp(page: Page, place: Place, person: Person, workspace: string): Promise<void> {
  await page.goto(`${place.dashboardUrl}/sign-up`);
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("Name of the workspace").fill(workspace);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create workspace" }).click();
  await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  await page.goto(await mailbox(place).linkTo(person.email, /Confirm your e-mail address/));
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

export async function signIn(page: Page, place: Place, { email, password }: Pick<Person, "email" | "password">) {
  await page.goto(`${place.dashboardUrl}/sign-in`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
