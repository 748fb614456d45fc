import { type ComponentProps, useDeferredValue, useEffect, useState } from "react";
import { classNames } from "../components/class-names.ts";
import { PasswordField } from "./password-field.tsx";
import type { PasswordStrength } from "./password-strength.ts";

type Estimate = typeof import("./password-strength.ts").estimatePasswordStrength;

const loadEstimate = async (): Promise<Estimate> => {
  const { estimatePasswordStrength } = await import("./password-strength.ts");
  return estimatePasswordStrength;
};

type NewPasswordFieldProps = Omit<ComponentProps<typeof PasswordField>, "autoComplete" | "hint" | "onChange"> & {
  /** In characters, however many bytes each has. */
  minLength: number;
  /** What is easy to guess for this person, such as their name. */
  personal: readonly string[];
};

/** Where a password is chosen; how strong it is, is said while it is typed. */
export function NewPasswordField({ minLength, personal, error, ...props }: NewPasswordFieldProps) {
  const [password, setPassword] = useState("");
  const [estimate, setEstimate] = useState<Estimate>();
  const judged = useDeferredValue(password);
  // Without it, the length alone is said, and the server judges the rest.
  const load = () => void loadEstimate().then((loaded) => setEstimate(() => loaded), ignore);
  const left = minLength - countCharacters(judged);
  const strength = judged && left <= 0 ? estimate?.(judged, personal) : undefined;
  return (
    <PasswordField
      {...props}
      autoComplete="new-password"
      maxLength={256}
      error={error}
      onFocus={load}
      onChange={(event) => setPassword(event.target.value)}
      hint={<StrengthMeter isEmpty={judged === ""} left={left} minLength={minLength} strength={strength} />}
    />
  );
}

/** As people count them, and the server: an emoji of two code units is one. */
function countCharacters(text: string): number {
  return [...text].length;
}

const verdicts = ["Very easy to guess", "Easy to guess", "Could be stronger", "Strong", "Very strong"] as const;
const fills = ["bg-bad", "bg-bad", "bg-warn", "bg-good", "bg-good"] as const;

type StrengthMeterProps = {
  isEmpty: boolean;
  /** Characters that are missing; 0 or less when it is long enough. */
  left: number;
  minLength: number;
  strength: PasswordStrength | undefined;
};

function StrengthMeter({ isEmpty, left, minLength, strength }: StrengthMeterProps) {
  const parts = isEmpty || left > 0 ? 0 : strength ? Math.max(1, strength.score) : 1;
  const fill = strength ? fills[strength.score] : "bg-edge-strong";
  const words = isEmpty
    ? `At least ${minLength} characters. A few words that don't belong together are easy to remember and hard to guess.`
    : left > 0
      ? `${left} more ${left === 1 ? "character" : "characters"} needed`
      : strength
        ? [verdicts[strength.score], strength.score < 3 && strength.weakness].filter(Boolean).join(". ")
        : "Long enough";
  return (
    <>
      <span aria-hidden className="mb-1.5 grid grid-cols-4 gap-1">
        {[1, 2, 3, 4].map((part) => (
          <span key={part} className={classNames("h-1 rounded-full", part <= parts ? fill : "bg-line")} />
        ))}
      </span>
      <SlowStatus>{words}</SlowStatus>
    </>
  );
}

/** Until nothing more is typed, so that a screen reader is not spoken over. */
const calmMs = 800;

/** Seen at once, announced when it has stood for a moment. */
function SlowStatus({ children }: { children: string }) {
  const [announced, setAnnounced] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setAnnounced(children), calmMs);
    return () => clearTimeout(timer);
  }, [children]);
  return (
    <>
      {/* A screen reader has the same words once: as the field's description, and when they change. */}
      <span aria-hidden>{children}</span>
      <span role="status" className="sr-only">
        {announced}
      </span>
    </>
  );
}

function ignore(): void {}
