import { TenantId, type UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";

export type NewWorkspace = {
  tenantId: TenantId;
  name: string;
  owner: { userId: UserId; name: string };
  /** Where the request came from that makes it. */
  ip: string | null;
};
/** Makes the workspace with its owner and all that it begins with; a second time it changes nothing. */
export type MakeWorkspace = (workspace: NewWorkspace) => Promise<void>;

export type Workspaces = {
  /** Makes the workspace that the user signed up for, if it is still to be made. */
  finish(userId: UserId, ip: string | null): Promise<void>;
};

type Row = { workspace: string; tenantId: string; name: string };

/**
 * A workspace is of another schema and role than its owner's login, so the two are made in two transactions. The login remembers the
 * workspace, with its id, until it is there; whoever dies in between, the next sign-in makes it.
 */
export function createWorkspaces({ db, make }: { db: Database; make: MakeWorkspace }): Workspaces {
  return {
    async finish(userId, ip) {
      const { rows } = await db.read("auth", (read) =>
        read.execute<Row>(sql`
          select sign_up_workspace as workspace, sign_up_tenant_id as "tenantId", name from auth."user"
          where id = ${userId} and email_verified and sign_up_tenant_id is not null`),
      );
      const [wanted] = rows;
      if (!wanted) return;
      const tenantId = TenantId.parse(wanted.tenantId);
      await make({ tenantId, name: wanted.workspace, owner: { userId, name: wanted.name }, ip });
      await db.authDatabase().execute(sql`
        update auth."user" set sign_up_workspace = null, sign_up_tenant_id = null
        where id = ${userId} and sign_up_tenant_id = ${tenantId}`);
    },
  };
}
