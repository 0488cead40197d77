import type { CaseBook } from "./case_book.ts";
import type { Finding, OrdealPlan } from "./ordeal.ts";

/** How many violations of each law are told; the first ones say most. */
const toldMax = 5;

type Asked = Omit<OrdealPlan, "folder">;

/** Says in figures what happened, a line each. */
export function summaryText(
  { minutes, seed, branches, customers }: Asked,
  { finding, tally, counts }: {
    readonly finding: Finding;
    readonly tally: CaseBook["tally"];
    readonly counts: ReadonlyMap<string, number>;
  },
): string {
  const figures: readonly (readonly [string, number | bigint | string])[] = [
    ["minutes", minutes],
    ["seed", seed],
    ["branches", branches],
    ["customers", customers],
    ["writes asked for", finding.commands],
    ["acknowledged", tally.acknowledged],
    ["refused", tally.refused],
    ["withdrawals that no balance covers", tally.hopeless],
    ["withdrawals that nobody could decide then", tally.undecided],
    ["queries answered", tally.queries],
    ["calls without an answer", tally.lost],
    ["retries", tally.retries],
    ["doubled calls", tally.doubled],
    ["answered writes asked for again", tally.repeated],
    ["writes whose outcome a lost disk took along", tally.expired],
    ...[...counts].toSorted(([left], [right]) => left < right ? -1 : 1),
    ["longest time without an acknowledged write", `${Math.round(tally.longestGapMs)} ms`],
    ["entries", finding.entries],
    ["grants among them", finding.grants],
    ["final balance", finding.balance ?? "unknown"],
  ];
  return figures.map(([name, figure]) => `${name}: ${figure}\n`).join("");
}

/** Says which laws are broken, and where the evidence is. */
export function failureText(
  { seed }: Asked,
  { finding: { violations }, folder, latest }: {
    readonly finding: Finding;
    readonly folder: string;
    readonly latest: readonly string[];
  },
): string {
  const byLaw = Map.groupBy(violations, ({ law }) => law);
  const told = [...byLaw].flatMap(([law, all]) => [
    ...all.slice(0, toldMax).map(({ message }) => `  ${law}: ${message}`),
    ...all.length > toldMax ? [`  ${law}: and ${all.length - toldMax} more`] : [],
  ]);
  return [
    `${violations.length} violations with seed ${seed}:`,
    ...told,
    `${folder} is kept: the journals, and diary.txt, which ends with`,
    ...latest,
    "",
  ].join("\n");
}
