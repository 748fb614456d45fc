import * as z from "zod";

/** What a member may do in a tenant, from most to least; core's permission matrix says what that is. */
export const Role = z.enum(["owner", "admin", "member", "viewer"]);
export type Role = z.infer<typeof Role>;
