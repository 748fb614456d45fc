import type { Page } from "@playwright/test";
import type { Place } from "./fixtures.ts";
import { mailbox, type Person } from "./mailbox.ts";

/** The owner invites somebody who is new; they sign up, join, and are in the inbox. */
export async function joinAs(owner: Page, guest: Page, place: Place, person: Person, role: string): Promise<void> {
  await owner.goto(`${place.dashboardUrl}/settings/members`);
  await owner.getByRole("button", { name: "Invite" }).waitFor();
  await owner.getByLabel("E-mail address").fill(person.email);
  await owner.getByLabel("Role").selectOption(role);
  await owner.getByRole("button", { name: "Invite" }).click();
  await owner.getByRole("list", { name: "Pending invitations" }).getByText(person.email, { exact: true }).waitFor();
  await guest.goto(await mailbox(place).linkTo(person.email, /invites you/));
  await guest.getByRole("link", { name: "I am new here" }).click();
  await guest.getByLabel("Your name").fill(person.name);
  await guest.getByLabel("E-mail address").fill(person.email);
  await guest.getByLabel("Password", { exact: true }).fill(person.password);
  await guest.getByRole("button", { name: "Create account" }).click();
  await guest.getByRole("heading", { name: "Check your mail" }).waitFor();
  await guest.goto(await mailbox(place).linkTo(person.email, /Confirm your e-mail address/));
  await guest.getByLabel("Password", { exact: true }).fill(person.password);
  await guest.getByRole("button", { name: "Confirm" }).click();
  await guest.getByRole("button", { name: "Join the workspace" }).click();
  await guest.getByRole("navigation", { name: "Main" }).waitFor();
}
