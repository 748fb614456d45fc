import { type BrowserContext, expect, type Page } from "@playwright/test";
import type { Place } from "./fixtures.ts";
import { mailbox, type Person } from "./mailbox.ts";

/** What a page of the dashboard asks of the api, with the cookies that the context has; without the page, where it is not what is tested. */
export async function askApi(
  context: BrowserContext,
  { installation, dashboardUrl }: Place,
  path: string,
  data: object,
) {
  const { apiUrl } = installation;
  const { token } = await (await context.request.get(`${apiUrl}/api/csrf`)).json();
  const headers = { origin: dashboardUrl, "x-csrf-token": token };
  const answer = await context.request.post(`${apiUrl}${path}`, { data, headers });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
}

const secretOf = (link: string) => new URL(link).hash.slice(1);

/** An account whose address is confirmed; the context is signed in with it. */
async function makeAccount(
  context: BrowserContext,
  place: Place,
  { name, email, password }: Person,
  into: { workspace: string } | { invitation: string },
): Promise<void> {
  await askApi(context, place, "/api/auth/sign-up/email", { name, email, password, ...into });
  const token = secretOf(await mailbox(place).linkTo(email, /Confirm your e-mail address/));
  await askApi(context, place, "/api/auth/verify-email", { token, password });
}

/** Somebody with a new workspace, in its inbox. */
export async function signUp(page: Page, place: Place, person: Person, workspace: string): Promise<void> {
  await makeAccount(page.context(), place, person, { workspace });
  await page.goto(place.dashboardUrl);
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

/** The owner invites somebody who is new; they sign up, join, and are in the inbox. */
export async function joinAs(owner: Page, guest: Page, place: Place, person: Person, role: string): Promise<void> {
  const { email } = person;
  await askApi(owner.context(), place, "/trpc/invitations.create", { id: crypto.randomUUID(), email, role });
  const invitation = secretOf(await mailbox(place).linkTo(email, /invites you/));
  await makeAccount(guest.context(), place, person, { invitation });
  await askApi(guest.context(), place, "/trpc/invitations.accept", { token: invitation });
  await guest.goto(place.dashboardUrl);
  await guest.getByRole("navigation", { name: "Main" }).waitFor();
}

export async function signIn(page: Page, place: Place, { email, password }: Pick<Person, "email" | "password">) {
  await page.goto(`${place.dashboardUrl}/sign-in`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
