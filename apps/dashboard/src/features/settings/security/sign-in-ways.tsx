import type { Links } from "@parley/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { useRouteContext, useSearch } from "@tanstack/react-router";
import { KeyRound, LockKeyhole } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { Notice } from "../../../forms/notice.tsx";
import { SubmissionNotice } from "../../../forms/submission-notice.tsx";
import { useSubmission } from "../../../forms/use-submission.ts";
import { accountRequest } from "../../../session/account-request.ts";
import { useSession } from "../../../session/session.ts";
import { useAccountRequest } from "../confirm-identity.tsx";
import { ConfirmSubmission } from "../confirm-submission.tsx";
import { SettingsSection } from "../settings-page.tsx";
import { devicesQuery, linksQuery } from "./account-queries.ts";

type Provider = Links["providers"][number];

/** Why a provider's pages led back without a link, by the code that they led back with. */
const refusals: Record<string, string> = {
  email_does_not_match:
    "The e-mail address there is another than yours here. Use an account with the same address, or change yours under Profile.",
  account_already_linked_to_different_user: "That account is linked to somebody else's account here.",
  unable_to_link_account: "The provider does not confirm that the e-mail address is yours, so nothing was linked.",
  session_ended: "You were signed out before you came back, so nothing was linked. Try again.",
  access_denied: "It was not allowed there. Nothing has changed.",
};

/** By what the person signs in: a password, and what providers say. */
export function SignInWays({ links }: { links: Links }) {
  const search = useSearch({ from: "/app/settings/security" });
  const { linked } = search;
  // Of who was there to confirm that it is still them, it says nothing about a link.
  const error = search.unconfirmed ? undefined : search.error;
  const [done, setDone] = useState("");
  const ways =
    links.providers.filter(({ linked, configured }) => linked && configured).length + (links.password ? 1 : 0);
  const isLinked = links.providers.find((provider) => provider.id === linked && provider.linked);
  return (
    <SettingsSection
      title="Ways to sign in"
      lead="Link an account that you have elsewhere, and sign in with it instead of your password."
      flush
    >
      <div className="space-y-3 p-4 empty:hidden md:px-5">
        {error && (
          <Notice tone="warn" role="alert">
            {refusals[error] ?? "Linking came to nothing. Nothing has changed: try again."}
          </Notice>
        )}
        {(done || (isLinked && !error)) && (
          <Notice tone="good" role="status">
            {done || `${isLinked?.name} is linked. From now on you can sign in with it.`}
          </Notice>
        )}
      </div>
      <ul aria-label="Ways to sign in" className="divide-y divide-line border-line not-first:border-t">
        <PasswordRow isSet={links.password} />
        {links.providers.map((provider) => (
          <ProviderRow key={provider.id} provider={provider} isLast={ways === 1} onDone={setDone} />
        ))}
      </ul>
    </SettingsSection>
  );
}

function Row({ icon, name, state, children }: { icon: ReactNode; name: string; state: string; children?: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3.5 gap-y-2.5 px-4 py-3 md:px-5">
      {icon}
      <div className="min-w-0 flex-1 basis-40 text-sm">
        <p className="font-medium wrap-anywhere">
          <bdi>{name}</bdi>
        </p>
        <p className="text-xs text-ink-soft">{state}</p>
      </div>
      {children}
    </li>
  );
}

function PasswordRow({ isSet }: { isSet: boolean }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const { user } = useSession();
  const [isSent, setIsSent] = useState(false);
  const submission = useSubmission(
    () => accountRequest(apiUrl, "/request-password-reset", { email: user.email }),
    () => setIsSent(true),
  );
  return (
    <Row
      icon={<LockKeyhole aria-hidden className="size-5 shrink-0 text-ink-soft" strokeWidth={1.75} />}
      name="Password"
      state={isSet ? "Set" : "None"}
    >
      {!isSet && (
        <Button busy={submission.busy} onClick={() => void submission.submit(undefined)}>
          {submission.busy ? "Sending…" : "Set a password"}
        </Button>
      )}
      <SubmissionNotice submission={submission} className="w-full" />
      {isSent && (
        <Notice tone="good" role="status" className="w-full">
          We sent a link to {user.email}. It leads to a page where you choose the password; every device is signed out
          then.
        </Notice>
      )}
    </Row>
  );
}

type ProviderRowProps = { provider: Provider; isLast: boolean; onDone: (done: string) => void };

function ProviderRow({ provider: { id, name, linked, configured }, isLast, onDone }: ProviderRowProps) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const queryClient = useQueryClient();
  const request = useAccountRequest();
  const [isAsking, setIsAsking] = useState(false);
  const here = new URL("/settings/security", location.origin);
  const link = useSubmission(
    () =>
      request<{ url: string }>("/link-social", {
        provider: id,
        callbackURL: `${here.href}?linked=${id}`,
        errorCallbackURL: here.href,
        disableRedirect: true,
      }),
    ({ url }) => location.assign(url),
  );
  const isOnlyWay = linked && configured && isLast;
  const linkedState = configured ? "Linked" : "Linked, but not set up here any more: it lets you in no longer";
  return (
    <Row
      icon={<KeyRound aria-hidden className="size-5 shrink-0 text-ink-soft" strokeWidth={1.75} />}
      name={name}
      state={isOnlyWay ? "Linked: your only way in, until you set a password" : linked ? linkedState : "Not linked"}
    >
      {linked ? (
        !isOnlyWay && (
          <Button onClick={() => setIsAsking(true)}>
            Unlink<span className="sr-only"> {name}</span>
          </Button>
        )
      ) : (
        <Button busy={link.busy} onClick={() => void link.submit(undefined)}>
          Link<span className="sr-only"> {name}</span>
        </Button>
      )}
      <SubmissionNotice submission={link} className="w-full" />
      {isAsking && (
        <ConfirmSubmission
          title={`Unlink ${name}?`}
          action="Unlink"
          busyAction="Unlinking…"
          words={{ LAST_WAY_IN: "This is the last way into your account. Set a password first." }}
          send={() => request("/links/remove", { provider: id })}
          onDone={async () => {
            setIsAsking(false);
            onDone(`${name} is linked no more, and other devices were signed out.`);
            await Promise.all([
              queryClient.invalidateQueries(linksQuery(apiUrl)),
              queryClient.invalidateQueries(devicesQuery(apiUrl)),
            ]);
          }}
          onClosed={() => setIsAsking(false)}
        >
          <p>You can't sign in with it any more. Other devices are signed out.</p>
        </ConfirmSubmission>
      )}
    </Row>
  );
}
