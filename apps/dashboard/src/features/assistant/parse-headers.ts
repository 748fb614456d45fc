/** A header a line, `Name: value`; a name alone keeps the value that it has. */
export function parseHeaders(entered: string): { name: string; value?: string }[] {
  return entered
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [name = "", ...rest] = line.split(":");
      const value = rest.join(":").trim();
      return { name: name.trim(), ...(value && { value }) };
    });
}
