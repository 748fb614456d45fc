import type { HttpToolId, TenantId } from "@parley/contracts";
import * as z from "zod";
import { createSeal } from "../../sealing/seal.ts";

/** Which row the headers are of, and who gets them: host, port, and whether they go encrypted. */
type HeaderPlace = { tenantId: TenantId; id: HttpToolId; origin: string };
type Headers = Readonly<Record<string, string>>;

export type ToolHeaders = {
  seal(headers: Headers, place: HeaderPlace): string;
  /** @throws when they were sealed by another installation, for another row or another origin */
  open(sealed: string, place: HeaderPlace): Headers;
};

/** Headers of tenants' tools, as the database has them. @param secret the installation's */
export function createToolHeaders(secret: string): ToolHeaders {
  const { seal, open } = createSeal(secret, "headers of tools");
  const nameOf = ({ tenantId, id, origin }: HeaderPlace) => [tenantId, id, origin].join(" ");
  return {
    seal: (headers, place) => seal(JSON.stringify(headers), nameOf(place)),
    open: (sealed, place) => z.record(z.string(), z.string()).parse(JSON.parse(open(sealed, nameOf(place)))),
  };
}
