import { getOAuthState } from "better-auth/api";

const noted = new WeakMap<object, string>();

/** Keeps for the callback that is under way by which account of the provider's the person is known: no hook is told. */
export async function noteAccount(accountId: string): Promise<string> {
  const state = await getOAuthState();
  if (state) noted.set(state, accountId);
  return accountId;
}

export async function notedAccount(): Promise<string | undefined> {
  const state = await getOAuthState();
  return state ? noted.get(state) : undefined;
}
