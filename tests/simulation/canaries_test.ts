import { assertEquals, assertStringIncludes } from "@std/assert";
import { canaries } from "./canaries.ts";
import { failure } from "./simulate.ts";
import { happen } from "./happen.ts";

/** Seeds within which a canary must be caught. */
const seedsMax = 60;

for (const { name, law, parts, carriage } of canaries) {
  Deno.test(`the simulation catches ${name} by the law: ${law}`, async () => {
    const found = ["nothing"];
    for (let seed = 1; seed <= seedsMax; seed++) {
      const outcome = await happen(seed, { parts, carriage });
      if (outcome.breach === undefined) continue;
      if (outcome.breach.law === law) {
        assertStringIncludes(failure(outcome), `deno task simulate --seed ${seed}`);
        return;
      }
      found.push(`seed ${seed}: ${outcome.breach.law}`);
    }
    assertEquals(found, [], `not caught by its law in ${seedsMax} seeds`);
  });
}
