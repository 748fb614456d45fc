import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/button.tsx";
import { formatMoment } from "../../../components/format-time.ts";
import { Skeleton } from "../../../components/skeleton.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { SubmissionNotice } from "../../../forms/submission-notice.tsx";
import { useSubmission } from "../../../forms/use-submission.ts";
import { useAccountRequest } from "../confirm-identity.tsx";
import { ConfirmSubmission } from "../confirm-submission.tsx";
import { SettingsSection } from "../settings-page.tsx";
import { type Factor, factorQuery } from "./account-queries.ts";
import { BackupCodes } from "./backup-codes.tsx";
import { FactorSetup } from "./factor-setup.tsx";

/** Codes from an app, asked for at sign-in beside the password. */
export function SecondFactor({ onEnabled }: { onEnabled?: () => void }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const query = useQuery(factorQuery(apiUrl));
  const queryClient = useQueryClient();
  const [isSettingUp, setIsSettingUp] = useState(false);
  // They are shown once: whatever else changes, until somebody says that they have kept them.
  const [codes, setCodes] = useState<readonly string[]>();
  const refresh = () => queryClient.invalidateQueries(factorQuery(apiUrl));
  const factor = query.data;

  return (
    <SettingsSection
      title="Second factor"
      lead="A code from an app on your phone, asked for beside your password. Who knows your password alone gets nowhere."
      aside={factor && !isSettingUp && !codes && <FactorState enabled={factor.enabled} />}
    >
      {codes ? (
        <BackupCodes codes={codes} onKept={() => setCodes(undefined)} />
      ) : isSettingUp ? (
        <FactorSetup
          onCancel={() => setIsSettingUp(false)}
          onEnabled={(backupCodes) => {
            onEnabled?.();
            setIsSettingUp(false);
            setCodes(backupCodes);
            void refresh();
          }}
        />
      ) : factor?.enabled ? (
        <EnabledFactor
          factor={factor}
          onChanged={refresh}
          onCodes={(backupCodes) => {
            setCodes(backupCodes);
            void refresh();
          }}
        />
      ) : factor ? (
        <Button variant="primary" size="medium" onClick={() => setIsSettingUp(true)}>
          Set up the second factor
        </Button>
      ) : query.isError ? (
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton className="h-10 w-52" />
      )}
    </SettingsSection>
  );
}

function FactorState({ enabled }: { enabled: boolean }) {
  return enabled ? (
    <span className="inline-flex items-center gap-1.5 rounded-full bg-good-soft px-2.5 py-1 text-xs font-medium text-good">
      <ShieldCheck aria-hidden className="size-3.5" />
      On
    </span>
  ) : (
    <span className="rounded-full bg-sunken px-2.5 py-1 text-xs font-medium text-ink-soft">Off</span>
  );
}

type EnabledFactorProps = {
  factor: Factor;
  onChanged: () => Promise<void>;
  onCodes: (codes: readonly string[]) => void;
};

function EnabledFactor({ factor, onChanged, onCodes }: EnabledFactorProps) {
  const request = useAccountRequest();
  const [asked, setAsked] = useState<"codes" | "disable">();
  const close = () => setAsked(undefined);
  const { backupCodesLeft, trustedDevices } = factor;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <p className="flex-1 basis-52 text-sm">
          {backupCodesLeft === 0
            ? "No backup codes are left. Without your phone you could not sign in: make new ones."
            : `${backupCodesLeft} backup ${backupCodesLeft === 1 ? "code is" : "codes are"} left, for when your phone is not at hand.`}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => setAsked("codes")}>New backup codes</Button>
          <Button onClick={() => setAsked("disable")}>Turn off</Button>
        </div>
      </div>
      {trustedDevices.length > 0 && <TrustedDevices devices={trustedDevices} onChanged={onChanged} />}
      {asked === "codes" && (
        <ConfirmSubmission
          title="Make new backup codes?"
          action="Make new codes"
          busyAction="Making…"
          send={() => request<{ backupCodes: string[] }>("/factor/backup-codes")}
          onDone={({ backupCodes }) => onCodes(backupCodes)}
          onClosed={close}
        >
          <p>The ones that you have now stop working.</p>
        </ConfirmSubmission>
      )}
      {asked === "disable" && (
        <ConfirmSubmission
          title="Turn the second factor off?"
          action="Turn off"
          busyAction="Turning off…"
          words={{
            FACTOR_REQUIRED: "A workspace that you belong to requires a second factor.",
            LONGER_PASSWORD_FIRST:
              "Your password is too short to be all that is asked for. Choose one of 15 characters or more first.",
          }}
          send={() => request("/factor/disable")}
          onDone={async () => {
            close();
            await onChanged();
          }}
          onClosed={close}
        >
          <p>Your password alone will be enough to sign in. Backup codes and trusted devices are forgotten.</p>
        </ConfirmSubmission>
      )}
    </>
  );
}

type TrustedDevicesProps = { devices: Factor["trustedDevices"]; onChanged: () => Promise<void> };

function TrustedDevices({ devices, onChanged }: TrustedDevicesProps) {
  const request = useAccountRequest();
  const forget = useSubmission((id: string) => request("/factor/trusted-devices/revoke", { id }), onChanged);
  return (
    <div className="mt-5">
      <h3 className="text-sm font-semibold">Trusted devices</h3>
      <p className="mt-0.5 text-sm text-ink-soft">They are not asked for a code.</p>
      <SubmissionNotice submission={forget} className="mt-3" />
      <ul className="mt-2 divide-y divide-line">
        {devices.map(({ id, browser, system, trustedAt }) => (
          <li key={id} className="flex items-center gap-3 py-2.5 text-sm">
            <span className="min-w-0 grow">
              {browser} on {system}
              <span className="block text-xs text-ink-soft">
                Trusted since <time dateTime={trustedAt}>{formatMoment(trustedAt)}</time>
              </span>
            </span>
            <Button busy={forget.busy} onClick={() => void forget.submit(id)}>
              Forget<span className="sr-only"> {`${browser} on ${system}`}</span>
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
