const paths = {
  close: "M6 6l12 12M18 6L6 18",
  menu: "M12 6v0M12 12v0M12 18v0",
  back: "M10 6l-6 6 6 6M4 12h16",
  send: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  person: "M8 8a4 4 0 1 0 8 0 4 4 0 1 0-8 0M5 20c1-7 13-7 14 0",
  forget: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  thumb: "M7 11v9M4 11h3l4-7c3 0 2 3 2 6h6c1 0 1 1 1 2l-2 7c0 1-1 1-2 1H4z",
  assistant: "M4 5h16v12h-8l-5 4v-4H4zM8 9h8M8 13h5",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" class={`icon icon-${name}`}>
      <path d={paths[name]} />
    </svg>
  );
}
