export { type Database, DatabaseError, type OpenOptions, openDatabase, type Row, type TenantTransaction } from "./database.ts";
