/** Something that whoever runs Parley can mend: one sentence that says how. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}
