/** A law of the bank. */
export type Law =
  | "no overdraft"
  | "no false refusal"
  | "conservation"
  | "exactly once"
  | "durability"
  | "convergence"
  | "session"
  | "no bug";

/** A law that is broken, and by what. */
export interface Violation {
  readonly law: Law;
  readonly message: string;
}
