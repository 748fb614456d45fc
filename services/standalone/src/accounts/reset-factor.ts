import path from "node:path";
import ky from "ky";
import { findRunning } from "../data-folder.ts";
import { OperatorError } from "../operator-error.ts";

type Environment = Record<string, string | undefined>;
type Answer = { outcome: "reset" | "password_ended" | "no_factor" | "no_account" };

const refusals = {
  no_account: "Nobody has an account with this address.",
  no_factor: "This account has no second factor: there is nothing to take away.",
};

/** What signs them in from now on. */
const outcomes = {
  reset: "Done: every device of theirs is signed out, and their password alone signs them in.",
  password_ended:
    "Done: every device of theirs is signed out. Their password is, or may be, too short to be asked for alone and opens nothing any more: a mail tells them to choose another.",
};

/** Has the api that runs take somebody's second factor from them. @returns what came of it @throws OperatorError when it did not */
export async function resetFactor(environment: Environment, email: string): Promise<string> {
  const { apiUrl, adminToken } = await findApi(environment);
  let answer: Answer;
  try {
    const headers = { authorization: `Bearer ${adminToken}` };
    const url = `${apiUrl}/admin/v1/accounts/reset-factor`;
    answer = await ky.post<Answer>(url, { json: { email }, headers, timeout: 30_000, retry: 0 }).json();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`The api at ${apiUrl} did not do it: ${reason}`);
  }
  const { outcome } = answer;
  if (outcome === "no_account" || outcome === "no_factor") throw new OperatorError(refusals[outcome]);
  return outcomes[outcome];
}

async function findApi({ API_URL: apiUrl, ADMIN_TOKEN: adminToken, PARLEY_DATA_DIR: folder }: Environment) {
  if (apiUrl && adminToken) return { apiUrl, adminToken };
  const running = await findRunning(path.resolve(folder || "data")).catch(() => undefined);
  if (!running) throw new OperatorError("Parley does not run here: start it, or set API_URL and ADMIN_TOKEN.");
  return running;
}
