import type { Money } from "../core/money.ts";
import type { Place } from "./place_reader.ts";
import { readScenario } from "./scenario.ts";
import { ScenarioError } from "./scenario_error.ts";

/** A bank whose branches are started by hand, each where its record says. */
export interface Bank extends Place {
  readonly opening: Money;
}

/**
 * Reads a bank file: a scenario of which each branch record has an `address`, and the name of the
 * bank as `bank`, if it has one. What customers do in it is not for branches.
 *
 * @throws {ScenarioError} with all that is wrong with the file.
 */
export function readBankFile(text: string, { file }: { file: string }): Bank {
  const { scenario: { opening, place } } = readScenario(text, { file });
  if (place !== undefined) return { ...place, opening };
  const example = '"address": "127.0.0.1:5001"';
  throw new ScenarioError([`${file}:1:1: no branch has an address; each must, such as ${example}`]);
}
