export type DatabaseErrorCode =
  | "database.nested"
  | "database.busy"
  | "database.rolled_back"
  | "database.over"
  | "database.damaged";

const meanings: Record<DatabaseErrorCode, string> = {
  "database.nested":
    "A door to the database was opened inside an open transaction: use that transaction, or do this before or after it",
  "database.busy": "No connection to the database became free in time, or the server did not answer",
  "database.rolled_back":
    "A statement of the transaction failed and its error was swallowed: the database rolled everything back",
  "database.over": "A statement came after the end of its transaction",
  "database.damaged": "The files of the database can't be opened",
};

/** What goes wrong at the doors themselves. A statement that fails throws the driver's error, with the server's SQLSTATE as `code`. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, { cause }: { cause?: unknown } = {}) {
    super(meanings[code], { cause });
    this.code = code;
  }
}
