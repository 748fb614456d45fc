import { useQuery } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { Button } from "../../../components/button.tsx";
import { switchWorkspace } from "../../../session/chosen-workspace.ts";
import type { Session } from "../../../session/session.ts";
import { EntranceLayout } from "../../../shell/entrance-layout.tsx";
import { SignOutButton } from "../../../shell/sign-out-button.tsx";
import { ConfirmIdentityProvider } from "../confirm-identity.tsx";
import { KeptFocus } from "../kept-focus.tsx";
import { UnconfirmedNotice } from "../unconfirmed-notice.tsx";
import { factorQuery } from "./account-queries.ts";
import { SecondFactor } from "./second-factor.tsx";

/** For who signed in without a second factor, where the workspace asks for one. */
export function RequiredFactorPage({ session, onFactor }: { session: Session; onFactor: () => void }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const factor = useQuery(factorQuery(apiUrl)).data;
  return (
    <EntranceLayout
      title="Second factor required"
      heading="This workspace asks for a second factor"
      focusHeading
      lead={
        factor?.enabled && !factor.usedNow
          ? "You have one, and signed in without it. Sign out, and sign in with it."
          : "Set one up to go on."
      }
    >
      <ConfirmIdentityProvider>
        <KeptFocus className="mt-6 space-y-4">
          <UnconfirmedNotice />
          {factor?.enabled && !factor.usedNow ? null : <SecondFactor onEnabled={onFactor} />}
          {factor?.usedNow && (
            <Button variant="primary" size="medium" className="w-full" onClick={() => location.assign("/")}>
              Go on to the workspace
            </Button>
          )}
          {session.memberships
            .filter(({ requireSecondFactor }) => !requireSecondFactor)
            .map(({ tenantId, tenantName }) => (
              <Button key={tenantId} size="medium" className="w-full" onClick={() => switchWorkspace(tenantId)}>
                Go to {tenantName}
              </Button>
            ))}
          <SignOutButton className="w-full" />
        </KeptFocus>
      </ConfirmIdentityProvider>
    </EntranceLayout>
  );
}
