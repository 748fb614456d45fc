import Bowser from "bowser";

/** What a user agent calls itself, in words that people know: "Firefox", "Windows". Empty where it does not say. */
export function describeDevice(userAgent: string): { browser: string; system: string } {
  if (!userAgent) return { browser: "", system: "" };
  const { browser, os } = Bowser.parse(userAgent.slice(0, 500));
  return { browser: browser.name ?? "", system: os.name ?? "" };
}
