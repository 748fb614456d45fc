import { SettingsPage } from "../settings-page.tsx";
import { DeviceList } from "./device-list.tsx";

/** How somebody gets into their account, and who is in it now. */
export function SecurityPage() {
  return (
    <SettingsPage title="Security" lead="Where you are signed in.">
      <DeviceList />
    </SettingsPage>
  );
}
