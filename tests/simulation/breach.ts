/** What the bank promises, and `no bug`: it never contradicts itself. */
export type Law =
  | "conservation"
  | "no overdraft"
  | "refused rightly"
  | "exactly once"
  | "durability"
  | "convergence"
  | "session"
  | "no bug";

/** Says that a law is broken. */
export class Breach extends Error {
  override readonly name = "Breach";
  readonly law: Law;

  /** Says how. */
  constructor(law: Law, what: string) {
    super(what);
    this.law = law;
  }
}

/** States what a law demands. @throws {Breach} when it is not so. */
export function demand(law: Law, holds: boolean, what: () => string): void {
  if (!holds) throw new Breach(law, what());
}
