import type { TenantId } from "@parley/contracts";
import { sql } from "drizzle-orm";
import { customType, timestamp, uuid } from "drizzle-orm/pg-core";

/** Every table begins with it. An insert leaves it out: the row is the transaction's tenant's. */
export const tenantId = () => uuid().$type<TenantId>().notNull().default(sql`app.tenant_id()`);
export const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });
export const time = () => timestamp({ withTimezone: true });

/** pgvector's `vector`, of any number of dimensions. */
export const vector = customType<{ data: ArrayLike<number>; driverData: string }>({
  dataType: () => "vector",
  toDriver: (values) => `[${Array.prototype.join.call(values, ",")}]`,
  fromDriver: (text) => Float32Array.from(JSON.parse(text) as number[]),
});
