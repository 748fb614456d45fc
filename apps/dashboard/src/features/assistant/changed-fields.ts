import type { SettingsVersion } from "./use-settings.ts";

const labels = {
  name: "name",
  tone: "tone",
  toneWords: "words about the tone",
  guidance: "guidance",
  unknownText: "words for not knowing",
  linkHosts: "hosts",
  mayHandOff: "hand-off",
} as const;

/** What settings are called in a line. */
export const nameFields = (fields: readonly (keyof typeof labels)[]): string =>
  fields.map((field) => labels[field]).join(", ");

/** What a version has other than the one before it. @param former undefined: it is not known */
export function changedFields(version: SettingsVersion, former: SettingsVersion | undefined): string {
  const fields = Object.keys(labels) as (keyof typeof labels)[];
  const changed = fields.filter((field) => former && String(version[field]) !== String(former[field]));
  return nameFields(changed);
}
