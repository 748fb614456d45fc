const meanings = {
  invalid: "It is no address of a web page: one begins with http:// or https:// and holds no user and no password.",
  refused:
    "It leads to where nothing is fetched from: an address that is not public, or a port that is not a web server's.",
  unreachable: "Its server does not answer, or not in HTTP.",
  too_slow: "It takes too long.",
  too_large: "It is too large.",
  too_many_redirects: "It leads on and on.",
  unreadable: "It is packed in a way that can't be unpacked.",
} as const;

/** Something at an address could not be fetched. The message is for a person, and tells nothing of what lies behind a refusal. */
export class FetchError extends Error {
  override readonly name = "FetchError";
  readonly code: keyof typeof meanings;

  constructor(code: keyof typeof meanings, options?: ErrorOptions) {
    super(meanings[code], options);
    this.code = code;
  }
}
