import { Icon } from "./icons.tsx";

/** A member's initial, or the assistant's sign. */
export function Avatar({ name }: { name?: string }) {
  const initial = name ? [...name.trim()][0]?.toUpperCase() : undefined;
  return (
    <span class={`avatar ${name ? "person" : ""}`} aria-hidden="true">
      {initial ?? <Icon name="assistant" />}
    </span>
  );
}
