import { Link } from "@tanstack/react-router";
import { Skeleton } from "../../components/skeleton.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { Notice } from "../../forms/notice.tsx";
import { ConfirmIdentityProvider } from "../settings/confirm-identity.tsx";
import { KeptFocus } from "../settings/kept-focus.tsx";
import { AssistantFrame } from "./assistant-frame.tsx";
import { ModelList } from "./model-list.tsx";
import { ProviderList } from "./provider-list.tsx";
import { QualityChoice } from "./quality-choice.tsx";
import { useModels } from "./use-models.ts";

/** Which models may write answers, whose they are, and what they cost. */
export function ModelsPage() {
  const query = useModels();
  return (
    <AssistantFrame title="Models" lead="Which models may write answers, in which order, and what they cost.">
      <ConfirmIdentityProvider>
        {query.isPending && (
          <div role="status" className="space-y-4">
            <span className="sr-only">Loading the models</span>
            <Skeleton className="h-32 !rounded-card" />
            <Skeleton className="h-48 !rounded-card" />
          </div>
        )}
        {query.isError && !query.data && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {query.data && (
          <KeptFocus className="space-y-5">
            {query.data.isHeld && (
              <Notice tone="warn">
                The models below wait to be published: answers are written by those before them until then.{" "}
                <Link to="/tests/changes" className="link">
                  Look at the changes
                </Link>
              </Notice>
            )}
            <ProviderList {...query.data} />
            <ModelList {...query.data} />
            <QualityChoice quality={query.data.quality} />
          </KeptFocus>
        )}
      </ConfirmIdentityProvider>
    </AssistantFrame>
  );
}
