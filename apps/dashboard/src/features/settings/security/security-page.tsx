import { useQuery } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { SettingsPage } from "../settings-page.tsx";
import { linksQuery } from "./account-queries.ts";
import { ChangePassword } from "./change-password.tsx";
import { DeviceList } from "./device-list.tsx";
import { SecondFactor } from "./second-factor.tsx";
import { SignInWays } from "./sign-in-ways.tsx";

/** How somebody gets into their account, and who is in it now. */
export function SecurityPage() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const links = useQuery(linksQuery(apiUrl)).data;
  return (
    <SettingsPage title="Security" lead="How you sign in, and where you are signed in.">
      {links?.password !== false && <ChangePassword />}
      {links && (links.providers.length > 0 || !links.password) && <SignInWays links={links} />}
      <SecondFactor />
      <DeviceList />
    </SettingsPage>
  );
}
