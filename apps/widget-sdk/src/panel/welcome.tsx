import type { SessionState } from "../session/session.ts";
import { errorText, strings } from "../strings.ts";
import { Icon } from "./icons.tsx";

type WelcomeProps = {
  state: SessionState;
  suggestions: readonly string[];
  onAsk(question: string): void;
  onTryAgain(): void;
};

/** What stands before the first message: a greeting, who is there, and something to begin with. */
export function Welcome({ state, suggestions, onAsk, onTryAgain }: WelcomeProps) {
  const { inbox, failure } = state;
  if (failure && !inbox) {
    return (
      <div class="state" role="alert">
        <p>{errorText(failure)}</p>
        {failure !== "origin.not_allowed" && failure !== "inbox.not_found" && (
          <button type="button" class="button" onClick={onTryAgain}>
            {strings.tryAgain}
          </button>
        )}
      </div>
    );
  }
  if (!inbox) return null;
  const isNew = state.messages.length === 0 && state.local.length === 0;
  return (
    <div class="welcome">
      <p class="greeting" dir="auto" lang="">
        {inbox.greeting}
      </p>
      <p class="disclosure">{strings.disclosure}</p>
      {isNew && suggestions.length > 0 && (
        <ul class="suggestions" aria-label={strings.suggestions}>
          {suggestions.map((question) => (
            <li key={question}>
              <button type="button" dir="auto" onClick={() => onAsk(question)}>
                {question}
                <Icon name="send" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
