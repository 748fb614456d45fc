import { expect, test } from "vitest";
import { readApiUrl } from "./api-url.ts";

const page = (content: string | null) => ({
  querySelector: () => (content === null ? null : { getAttribute: () => content }),
});

test("the api is where the page says", () => {
  expect(readApiUrl(page("https://api.example.com/"))).toBe("https://api.example.com");
});

test.each(["__PARLEY_API__", "", "javascript:alert(1)", null])(
  "a page that nobody filled in (%j) is in development",
  (content) => {
    expect(readApiUrl(page(content))).toBe("http://localhost:3001");
  },
);
