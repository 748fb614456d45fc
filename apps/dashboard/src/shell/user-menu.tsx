import { Menu } from "@base-ui/react/menu";
import { Link } from "@tanstack/react-router";
import { Building2, Check, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { type ReactElement, useRef, useState } from "react";
import { switchWorkspace } from "../session/chosen-workspace.ts";
import { useMember } from "../session/session.ts";
import { useSignOut } from "../session/use-sign-out.ts";
import { useStoredSetting } from "../stored-setting.ts";
import { type Theme, theme } from "../theme.ts";
import { placesBehindMore } from "./places.ts";

const themes = [
  { value: "system", label: "Like the device", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
] as const satisfies { value: Theme; label: string; icon: typeof Sun }[];

/** Who is signed in and where, the theme, and the way out; on a phone the other places as well. Opens as soon as it is there. */
export function UserMenu({ trigger }: { trigger: ReactElement }) {
  const { user, member, tenant, memberships } = useMember();
  const chosenTheme = useStoredSetting(theme);
  const leave = useSignOut();
  const place = useRef<HTMLDivElement>(null);
  // On a phone, the navigation is below the page.
  const [beside] = useState(() => matchMedia("(width >= 48rem)").matches);
  return (
    <Menu.Root defaultOpen>
      <Menu.Trigger render={trigger} />
      {/* Within the navigation, not at the page's end, where no landmark would hold it. */}
      <div ref={place} className="contents" />
      <Menu.Portal container={place}>
        <Menu.Positioner
          side={beside ? "inline-end" : "top"}
          align="end"
          sideOffset={10}
          collisionPadding={12}
          className="z-30"
        >
          <Menu.Popup className="popup max-h-(--available-height) w-68 overflow-y-auto rounded-card border border-line bg-raised p-1.5 text-sm shadow-xl outline-none">
            <div className="px-2.5 pt-2 pb-2.5">
              <p className="truncate font-semibold">{member.name}</p>
              <p className="truncate text-ink-soft">{user.email}</p>
              <p className="mt-2 flex items-center justify-between gap-2 rounded-control bg-sunken px-2.5 py-1.5">
                <span className="truncate font-medium">{tenant.name}</span>
                <span className="text-xs text-ink-soft">{member.role}</span>
              </p>
            </div>
            {!beside && (
              <>
                <Menu.Separator className="mx-1 my-1 h-px bg-line" />
                {placesBehindMore.map(({ to, label, icon: Icon }) => (
                  <Menu.LinkItem key={to} className="menu-item" closeOnClick render={<Link to={to} />}>
                    <Icon aria-hidden className="size-4 text-ink-soft" />
                    {label}
                  </Menu.LinkItem>
                ))}
              </>
            )}
            {memberships.length > 1 && (
              <>
                <Menu.Separator className="mx-1 my-1 h-px bg-line" />
                <Menu.RadioGroup value={tenant.id} onValueChange={switchWorkspace}>
                  <Menu.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-ink-soft">
                    Workspace
                  </Menu.GroupLabel>
                  {memberships.map(({ tenantId, tenantName }) => (
                    <Menu.RadioItem key={tenantId} value={tenantId} className="menu-item">
                      <Building2 aria-hidden className="size-4 shrink-0 text-ink-soft" />
                      <span dir="auto" className="truncate">
                        {tenantName}
                      </span>
                      <Menu.RadioItemIndicator className="ms-auto">
                        <Check aria-hidden className="size-4 text-accent" />
                      </Menu.RadioItemIndicator>
                    </Menu.RadioItem>
                  ))}
                </Menu.RadioGroup>
              </>
            )}
            <Menu.Separator className="mx-1 my-1 h-px bg-line" />
            <Menu.RadioGroup value={chosenTheme} onValueChange={(value: Theme) => theme.write(value)}>
              <Menu.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-ink-soft">Theme</Menu.GroupLabel>
              {themes.map(({ value, label, icon: Icon }) => (
                <Menu.RadioItem key={value} value={value} closeOnClick={false} className="menu-item">
                  <Icon aria-hidden className="size-4 text-ink-soft" />
                  {label}
                  <Menu.RadioItemIndicator className="ms-auto">
                    <Check aria-hidden className="size-4 text-accent" />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className="mx-1 my-1 h-px bg-line" />
            <Menu.Item className="menu-item" closeOnClick={false} onClick={() => void leave.start()}>
              <LogOut aria-hidden className="size-4 text-ink-soft" />
              {leave.failed ? "Not signed out: try again" : "Sign out"}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
