import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { isMember, useSession } from "../../session/session.ts";
import { ConfirmIdentityProvider } from "./confirm-identity.tsx";
import { placesFor } from "./settings-places.ts";
import { UnconfirmedNotice } from "./unconfirmed-notice.tsx";

/** The pages of the settings, and the way between them: beside them, or above them on a phone. */
export function SettingsLayout() {
  const session = useSession();
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  // On a phone they stand in a line that is wider than the screen.
  useEffect(() => {
    nav.current?.querySelector(`[href="${pathname}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  return (
    <ConfirmIdentityProvider>
      <div className="min-h-0 grow overflow-y-auto">
        <div className="mx-auto max-w-260 px-4 pt-5 pb-16 md:flex md:gap-10 md:px-8 md:pt-8">
          <nav
            ref={nav}
            aria-label="Settings"
            className="max-md:-mx-4 max-md:mb-5 max-md:flex max-md:gap-1 max-md:overflow-x-auto max-md:px-4 max-md:pb-2 md:sticky md:top-8 md:w-48 md:shrink-0 md:self-start"
          >
            {placesFor(session.member?.role).map(({ name, places }) => (
              <div key={name} className="max-md:contents md:mb-5">
                <p className="px-3 pb-1.5 text-xs font-medium text-ink-soft max-md:hidden">{name}</p>
                <ul className="max-md:contents md:space-y-0.5">
                  {places.map(({ to, label, icon: Icon }) => (
                    <li key={to} className="shrink-0">
                      <Link
                        to={to}
                        className="flex items-center gap-2.5 rounded-control px-3 py-2 text-sm font-medium text-ink-soft transition-colors hover:bg-hover hover:text-ink"
                        activeProps={{ className: "bg-surface !text-accent-ink shadow-xs" }}
                      >
                        <Icon aria-hidden className="size-4" strokeWidth={1.75} />
                        {label}
                      </Link>
                    </li>
                  ))}
                </ul>
              </div>
            ))}
            {!isMember(session) && (
              <Link to="/" className="link shrink-0 px-3 py-2 text-sm">
                Back
              </Link>
            )}
          </nav>
          <div className="min-w-0 grow">
            <UnconfirmedNotice className="mb-4" />
            <Outlet />
          </div>
        </div>
      </div>
    </ConfirmIdentityProvider>
  );
}
