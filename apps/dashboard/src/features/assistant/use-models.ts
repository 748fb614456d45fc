import type { AnswerQuality, ModelId, ModelProviderId, ModelProviderKind } from "@parley/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ApiInputs, type ApiOutputs, useTRPC, useTRPCClient } from "../../trpc.ts";
import { useConfirmedCall } from "../settings/confirm-identity.tsx";

export type ModelSettings = ApiOutputs["assistant"]["models"]["list"];
export type Provider = ModelSettings["providers"][number];
export type ListedModel = ModelSettings["models"][number];
type Inputs = ApiInputs["assistant"]["models"];

export const kindLabels: Record<ModelProviderKind, string> = {
  openai: "OpenAI",
  anthropic: "Anthropic",
  google: "Google",
  "openai-compatible": "OpenAI-compatible server",
};

export function useModels() {
  const trpc = useTRPC();
  return useQuery(trpc.assistant.models.list.queryOptions());
}

/** Changes providers, models and prices; all of them are fetched again after each. */
export function useModelActions() {
  const client = useTRPCClient().assistant.models;
  const confirmed = useConfirmedCall();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => {
    void queryClient.invalidateQueries(trpc.knowledgeTests.changes.pathFilter());
    return queryClient.invalidateQueries(trpc.assistant.models.list.queryFilter());
  };
  return {
    saveProvider: useMutation({
      mutationFn: (provider: Inputs["saveProvider"]) => confirmed(() => client.saveProvider.mutate(provider)),
      onSuccess,
    }),
    removeProvider: useMutation({
      mutationFn: (id: ModelProviderId) => client.removeProvider.mutate({ id }),
      onSuccess,
    }),
    testProvider: useMutation({ mutationFn: (input: Inputs["testProvider"]) => client.testProvider.mutate(input) }),
    saveModel: useMutation({ mutationFn: (model: Inputs["saveModel"]) => client.saveModel.mutate(model), onSuccess }),
    removeModel: useMutation({ mutationFn: (id: ModelId) => client.removeModel.mutate({ id }), onSuccess }),
    moveModel: useMutation({ mutationFn: (move: Inputs["moveModel"]) => client.moveModel.mutate(move), onSuccess }),
    setPrice: useMutation({ mutationFn: (price: Inputs["setPrice"]) => client.setPrice.mutate(price), onSuccess }),
    removePrice: useMutation({
      mutationFn: (price: Inputs["removePrice"]) => client.removePrice.mutate(price),
      onSuccess,
    }),
    setQuality: useMutation({
      mutationFn: (quality: AnswerQuality) => client.setQuality.mutate({ quality }),
      onSuccess,
    }),
  };
}
