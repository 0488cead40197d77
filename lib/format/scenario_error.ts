/** Thrown for a scenario file that cannot be run; it lists all that is wrong with it. */
export class ScenarioError extends Error {
  /** What it is called in a stack trace. */
  override readonly name = "ScenarioError";
  /** One text per fault, each beginning with `FILE:LINE:COLUMN: `, in the order of the file. */
  readonly faults: readonly string[];

  /** Joins the faults, a line each, to the message. */
  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}
