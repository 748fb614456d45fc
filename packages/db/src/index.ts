export { asRole, type RoleTransaction } from "./as-role.ts";
export {
  type Database,
  type OpenOptions,
  openDatabase,
  type Queries,
  type Row,
  type TenantTransaction,
} from "./database.ts";
export { DatabaseError } from "./database-error.ts";
export { type Prepared, prepare } from "./prepared.ts";
export type { Scope } from "./scope.ts";
