import { useQuery } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { accountQuery } from "../../session/account-query.ts";
import { accountRequest } from "../../session/account-request.ts";
import { wantedPath } from "../../session/wanted-path.ts";

type Provider = { id: string; name: string };

type ProviderButtonsProps = {
  /** A path of this app. */
  to: string;
  /** These alone, and there is no password beside them. */
  only?: readonly string[];
};

/** The ways in that the installation has beside a password; nothing where it has none. */
export function ProviderButtons({ to, only }: ProviderButtonsProps) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const known = useQuery(accountQuery<{ providers: Provider[] }>(apiUrl, "/providers")).data?.providers ?? [];
  const providers = known.filter(({ id }) => !only || only.includes(id));
  // Who only confirms that it is still them is signed in, whatever comes of it: both ways lead back to their page.
  const back = new URL(to, location.origin);
  // With what an earlier way there led back.
  for (const name of ["error", "error_description", "linked", "unconfirmed"]) back.searchParams.delete(name);
  const errorUrl = new URL(only ? back : "/sign-in", location.origin);
  if (only) errorUrl.searchParams.set("unconfirmed", "1");
  const submission = useSubmission(
    (provider: string) =>
      accountRequest<{ url: string }>(apiUrl, "/sign-in/social", {
        provider,
        callbackURL: back.href,
        errorCallbackURL: errorUrl.href,
        disableRedirect: true,
      }),
    ({ url }) => {
      wantedPath.keep(back.pathname + back.search + back.hash);
      location.assign(url);
    },
  );
  if (providers.length === 0) return null;
  return (
    <section aria-label="Other ways to sign in" className="mt-6">
      {!only && (
        <p className="flex items-center gap-3 text-sm text-ink-soft before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
          or
        </p>
      )}
      <SubmissionNotice submission={submission} className="mt-4" />
      <div className="mt-4 space-y-2.5">
        {providers.map(({ id, name }) => (
          <Button
            key={id}
            size="medium"
            busy={submission.busy}
            className="w-full"
            onClick={() => void submission.submit(id)}
          >
            <KeyRound aria-hidden className="size-4" />
            <span className="truncate">Sign in with {name}</span>
          </Button>
        ))}
      </div>
    </section>
  );
}
