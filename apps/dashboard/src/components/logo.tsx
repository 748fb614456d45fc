/** Parley's mark: a spoken answer, and the brackets of the citation that it rests on. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path
        className="fill-on-accent"
        d="M9 8h14a2.5 2.5 0 0 1 2.5 2.5v8A2.5 2.5 0 0 1 23 21h-6.2l-4.9 4.2c-.6.5-1.4.1-1.4-.7V21H9a2.5 2.5 0 0 1-2.5-2.5v-8A2.5 2.5 0 0 1 9 8Z"
      />
      <path
        className="fill-none stroke-accent"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
        d="M12.5 12v5h1.6M19.5 12v5h-1.6M12.5 12h1.6M19.5 12h-1.6"
      />
    </svg>
  );
}
