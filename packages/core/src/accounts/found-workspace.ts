import { createHash } from "node:crypto";
import { type NewWorkspace, renewSessions } from "@parley/auth";
import { type MemberId, TenantId, type UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { members, tenants } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { checkMayJoin } from "../tenants/check-may-join.ts";
import { makeWorkspace } from "./make-workspace.ts";

type Place = { tenantId: TenantId; memberId: MemberId };

/**
 * Makes one more workspace for somebody with an account, who owns it. The client chooses a key: a retry with it returns what is
 * there. Keys are each person's own, so nobody learns from them what there is.
 *
 * @throws AppError `tenant.too_many`; `tenant.key_used` when they have left what they made with the key
 */
export async function foundWorkspace(
  db: Database,
  { key, ...rest }: Omit<NewWorkspace, "tenantId"> & { key: string },
): Promise<Place> {
  const founding = { ...rest, tenantId: tenantIdOf(rest.owner.userId, key) };
  const known = await findFounded(db, founding);
  if (known) return known;
  await makeWorkspace(db, founding, async (tx) => {
    await checkMayJoin(tx, founding.owner.userId);
    await renewSessions(tx, founding.owner.userId);
  });
  const made = await findFounded(db, founding);
  if (!made) throw new Error("a workspace was made and is not there");
  return made;
}

/** The same for the same key of the same person, and nobody else can name it. */
function tenantIdOf(userId: UserId, key: string): TenantId {
  const hash = createHash("sha256")
    .update(JSON.stringify(["workspace", userId, key]))
    .digest("hex");
  const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(hash) ?? [];
  return TenantId.parse(`${a}-${b}-8${c}-8${d}-${e}`);
}

async function findFounded(db: Database, { tenantId, owner }: NewWorkspace): Promise<Place | undefined> {
  const isOwner = and(
    eq(members.tenantId, tenants.tenantId),
    eq(members.userId, owner.userId),
    isNull(members.removedAt),
  );
  const [place] = await db.read(tenantId, (read) =>
    read.select({ memberId: members.id }).from(tenants).leftJoin(members, isOwner),
  );
  if (!place) return undefined;
  if (!place.memberId) throw new AppError("tenant.key_used");
  return { tenantId, memberId: place.memberId };
}
