import type { ErrorBody } from "@parley/contracts";
import ky, { isHTTPError } from "ky";
import { OperatorError } from "./operator-error.ts";

/** An api that runs, and the installation's admin token. */
export type RunningApi = { apiUrl: string; adminToken: string };

/** @param what is asked for, for whoever reads that it was not had @returns reads below `/admin/v1` */
export function readAdminApi({ apiUrl, adminToken }: RunningApi, what: string) {
  const api = ky.create({ headers: { authorization: `Bearer ${adminToken}` }, timeout: 60_000 });
  return async function get<T>(path: string): Promise<T> {
    try {
      return await api<T>(`${apiUrl}/admin/v1${path}`).json();
    } catch (error) {
      const told =
        isHTTPError<Partial<ErrorBody>>(error) && typeof error.data === "object" ? error.data.error : undefined;
      if (told?.code === "auth.required")
        throw new OperatorError("The api refused the admin token: check ADMIN_TOKEN.");
      const reason = told?.message ?? (error instanceof Error ? error.message : String(error));
      throw new OperatorError(`The api at ${apiUrl} did not give ${what}: ${reason}`);
    }
  };
}
