const host = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** The hosts that were entered, and what among them is none. */
export function parseHosts(entered: string): { hosts: string[]; wrong: string[] } {
  const found = [
    ...new Set(
      entered
        .toLowerCase()
        .split(/[\s,;]+/)
        .filter(Boolean),
    ),
  ];
  return { hosts: found, wrong: found.filter((each) => !host.test(each)) };
}
