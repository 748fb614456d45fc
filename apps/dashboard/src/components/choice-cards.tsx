export type Choice<Value extends string> = { value: Value; label: string; means: string };

/** Radio buttons that each say what choosing them means, side by side where there is room. Within a fieldset that names them. */
export function ChoiceCards<Value extends string>(props: {
  name: string;
  choices: readonly Choice<Value>[];
  chosen: Value;
  onChoose: (value: Value) => void;
}) {
  const { name, choices, chosen, onChoose } = props;
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      {choices.map(({ value, label, means }) => (
        <label
          key={value}
          className="flex items-start gap-2.5 rounded-control border border-edge p-3 text-sm has-checked:border-accent has-enabled:cursor-pointer"
        >
          <input
            type="radio"
            name={name}
            value={value}
            checked={chosen === value}
            onChange={() => onChoose(value)}
            className="mt-0.5 size-4 shrink-0 accent-accent"
          />
          <span>
            <span className="font-medium">{label}</span>
            <span className="mt-0.5 block text-ink-soft">{means}</span>
          </span>
        </label>
      ))}
    </div>
  );
}
