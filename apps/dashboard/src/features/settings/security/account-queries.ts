import type { Device, Links, TrustedDevice } from "@parley/contracts";
import { accountQuery } from "../../../session/account-query.ts";

export type Factor = {
  enabled: boolean;
  usedNow: boolean;
  backupCodesLeft: number;
  trustedDevices: TrustedDevice[];
};

/** The browsers that are signed in. */
export const devicesQuery = (apiUrl: string) => accountQuery<{ devices: Device[] }>(apiUrl, "/devices");

/** The second factor, if there is one. */
export const factorQuery = (apiUrl: string) => accountQuery<Factor>(apiUrl, "/factor");

/** The ways into the account. */
export const linksQuery = (apiUrl: string) => accountQuery<Links>(apiUrl, "/links");
