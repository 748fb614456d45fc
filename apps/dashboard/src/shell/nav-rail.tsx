import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Keyboard } from "lucide-react";
import { classNames } from "../components/class-names.ts";
import { Logo } from "../components/logo.tsx";
import { useTRPC } from "../trpc.ts";
import { places } from "./places.ts";
import { UserMenuButton } from "./user-menu-button.tsx";

type NavRailProps = { hiddenOnPhone: boolean; onShowShortcuts: () => void };

const place =
  "relative flex shrink-0 flex-col items-center gap-1 rounded-xl px-2 py-1.5 text-2xs font-medium text-ink-soft transition-colors hover:bg-hover hover:text-ink md:w-16 md:py-2";

/** The places of the app: beside the page, or below it on a phone. */
export function NavRail({ hiddenOnPhone, onShowShortcuts }: NavRailProps) {
  const trpc = useTRPC();
  const waiting = useQuery(trpc.conversations.counts.queryOptions()).data?.waiting ?? 0;
  return (
    <nav
      aria-label="Main"
      className={classNames(
        "shrink-0 items-center justify-around border-t border-line bg-rail px-4 pt-1.5 pb-[max(0.375rem,env(safe-area-inset-bottom))]",
        "md:flex md:w-20 md:flex-col md:justify-start md:gap-1 md:border-e md:border-t-0 md:px-2 md:py-4",
        hiddenOnPhone ? "hidden" : "flex",
      )}
    >
      <Link to="/inbox" aria-label="Parley, to the inbox" className="mb-4 hidden rounded-xl md:block">
        <Logo className="size-9" />
      </Link>
      {/* Of a window that is low, only they can be scrolled. */}
      <div className="contents md:flex md:min-h-0 md:grow md:flex-col md:gap-1 md:overflow-y-auto">
        {places.map(({ to, icon: Icon, label, isBehindMore }) => (
          <Link
            key={to}
            to={to}
            className={classNames(place, isBehindMore && "max-md:hidden")}
            activeProps={{ className: "bg-surface !text-accent-ink shadow-xs" }}
            activeOptions={{ includeSearch: false }}
          >
            <Icon aria-hidden className="size-5" strokeWidth={1.75} />
            {label}
            {to === "/inbox" && waiting > 0 && (
              <span className="absolute inset-e-0 top-0 grid h-4.5 min-w-4.5 place-items-center rounded-full bg-warn px-1 text-2xs font-semibold text-on-warn tabular-nums md:inset-e-3">
                <span aria-hidden>{waiting > 99 ? "99+" : waiting}</span>
                <span className="sr-only">, {waiting} waiting for a person</span>
              </span>
            )}
          </Link>
        ))}
      </div>
      <button type="button" onClick={onShowShortcuts} className={classNames(place, "hidden md:flex")}>
        <Keyboard aria-hidden className="size-5" strokeWidth={1.75} />
        Shortcuts
      </button>
      <UserMenuButton className={place} />
    </nav>
  );
}
