import type { ModelProviderId, ModelProviderKind, TenantId } from "@parley/contracts";
import { createSeal } from "../../sealing/seal.ts";

/** Which row a key is for, and where it is sent. */
type KeyPlace = { tenantId: TenantId; id: ModelProviderId; kind: ModelProviderKind; baseUrl: string | null };

export type ProviderKeys = {
  seal(key: string, place: KeyPlace): string;
  /** @throws when it was sealed by another installation, for another row or another address */
  open(sealed: string, place: KeyPlace): string;
};

/** Keys of providers, as the database has them. @param secret the installation's */
export function createProviderKeys(secret: string): ProviderKeys {
  const { seal, open } = createSeal(secret, "keys of model providers");
  const nameOf = ({ tenantId, id, kind, baseUrl }: KeyPlace) => [tenantId, id, kind, baseUrl ?? ""].join(" ");
  return {
    seal: (key, place) => seal(key, nameOf(place)),
    open: (sealed, place) => open(sealed, nameOf(place)),
  };
}
