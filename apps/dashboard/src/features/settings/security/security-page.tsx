import { SettingsPage } from "../settings-page.tsx";
import { ChangePassword } from "./change-password.tsx";
import { DeviceList } from "./device-list.tsx";
import { SecondFactor } from "./second-factor.tsx";

/** How somebody gets into their account, and who is in it now. */
export function SecurityPage() {
  return (
    <SettingsPage title="Security" lead="How you sign in, and where you are signed in.">
      <ChangePassword />
      <SecondFactor />
      <DeviceList />
    </SettingsPage>
  );
}
