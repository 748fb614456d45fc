import type { Device } from "@parley/contracts";
import { accountQuery } from "../../../session/account-query.ts";

/** The browsers that are signed in. */
export const devicesQuery = (apiUrl: string) => accountQuery<{ devices: Device[] }>(apiUrl, "/devices");
