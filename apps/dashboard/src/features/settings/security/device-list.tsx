import type { Device } from "@parley/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { Laptop, Smartphone } from "lucide-react";
import { useState } from "react";
import { Age } from "../../../components/age.tsx";
import { Button } from "../../../components/button.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { SubmissionNotice } from "../../../forms/submission-notice.tsx";
import { useSubmission } from "../../../forms/use-submission.ts";
import { beginAnew } from "../../../session/begin-anew.ts";
import { useAccountRequest } from "../confirm-identity.tsx";
import { ConfirmSubmission } from "../confirm-submission.tsx";
import { SettingsSection } from "../settings-page.tsx";
import { devicesQuery } from "./account-queries.ts";

/** Where the person is signed in, and the way to end that. */
export function DeviceList() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const query = useQuery(devicesQuery(apiUrl));
  const queryClient = useQueryClient();
  const request = useAccountRequest();
  const [everywhere, setEverywhere] = useState(false);
  const refresh = () => queryClient.invalidateQueries(devicesQuery(apiUrl));
  const revoke = useSubmission((id: string) => request("/devices/revoke", { id }), refresh);
  const revokeOthers = useSubmission(() => request("/devices/revoke-others"), refresh);
  const devices = query.data?.devices;
  const busy = revoke.busy || revokeOthers.busy;

  return (
    <SettingsSection
      title="Signed-in devices"
      lead="Sign out a device that you don't know, or don't use any more."
      flush
    >
      <SubmissionNotice submission={revoke} className="m-4" />
      <SubmissionNotice submission={revokeOthers} className="m-4" />
      {query.isError && (
        <div className="p-4">
          <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isPending && <Skeleton className="m-4 h-12" />}
      {devices && (
        <>
          <ul aria-label="Signed-in devices" className="divide-y divide-line">
            {devices.map((device) => (
              <DeviceRow key={device.id} device={device} busy={busy} onRevoke={() => void revoke.submit(device.id)} />
            ))}
          </ul>
          <div className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3 md:px-5">
            {devices.length > 1 && (
              <Button busy={busy} onClick={() => void revokeOthers.submit(undefined)}>
                Sign out all others
              </Button>
            )}
            <Button onClick={() => setEverywhere(true)}>Sign out everywhere</Button>
          </div>
        </>
      )}
      {everywhere && (
        <ConfirmSubmission
          title="Sign out everywhere?"
          action="Sign out"
          busyAction="Signing out…"
          send={() => request("/devices/revoke-all")}
          onDone={() => beginAnew("/sign-in")}
          onClosed={() => setEverywhere(false)}
        >
          <p>All devices are signed out, this one included.</p>
        </ConfirmSubmission>
      )}
    </SettingsSection>
  );
}

type DeviceRowProps = { device: Device; busy: boolean; onRevoke: () => void };

function DeviceRow({ device, busy, onRevoke }: DeviceRowProps) {
  const { browser, system, address, current, secondFactor, signedInAt, activeAt } = device;
  const Icon = /android|ios|iphone|ipad/i.test(system) ? Smartphone : Laptop;
  return (
    <li className="flex items-center gap-3.5 px-4 py-3 md:px-5">
      <Icon aria-hidden className="size-5 shrink-0 text-ink-soft" strokeWidth={1.75} />
      <div className="min-w-0 grow text-sm">
        <p className="font-medium">
          {browser} on {system}
          {current && (
            <span className="ms-2 rounded-full bg-accent-soft px-2 py-0.5 text-xs font-medium text-accent-ink">
              This device
            </span>
          )}
        </p>
        <p className="text-xs text-ink-soft wrap-anywhere">
          {address} · signed in <Age at={signedInAt} />
          {secondFactor && " with a second factor"} · active <Age at={activeAt} />
        </p>
      </div>
      {!current && (
        <Button busy={busy} onClick={onRevoke}>
          Sign out<span className="sr-only"> {`${browser} on ${system}`}</span>
        </Button>
      )}
    </li>
  );
}
