import { createCsrf, csrfHeader } from "../csrf.ts";

/**
 * What a page of ours sends along with what changes something, for tests that call the api without a browser.
 *
 * @param cookie the cookies that it has already, such as the session's
 */
export function csrfHeaders(
  installation: { secret: string; apiUrl: string },
  cookie = "",
): { cookie: string; [csrfHeader]: string } {
  const { token, setCookie = "" } = createCsrf({ ...installation, origins: [] }).issue(cookie);
  const [nonce = ""] = setCookie.split(";");
  return { cookie: [cookie, nonce].filter(Boolean).join("; "), [csrfHeader]: token };
}
