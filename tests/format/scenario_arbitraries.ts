import fc from "fast-check";
import { limits } from "../../lib/core/limits.ts";

/** All characters that are a letter in lower case: k, K, and the sign of the unit kelvin. */
const spellings = Map.groupBy(
  Array.from({ length: 2 ** 16 }, (_, code) => String.fromCharCode(code)),
  (character) => character.toLowerCase(),
);

function spelled(...words: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...words).chain((word) =>
    fc.tuple(...[...word].map((letter) => fc.constantFrom(...spellings.get(letter) ?? [])))
  ).map((letters) => letters.join(""));
}

function upTo(max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max });
}

const noise = fc.dictionary(fc.constantFrom("id", "note", "customer-request-id"), fc.jsonValue());

function eventOf(ids: readonly number[], mustName: boolean): fc.Arbitrary<object> {
  const id = fc.constantFrom(...ids);
  const turns = [
    id.map((dest) => ({ dest })),
    id.map((branch) => ({ branch })),
    id.map((both) => ({ dest: both, branch: both })),
  ];
  return fc.tuple(
    noise,
    fc.oneof(
      fc.record({ interface: spelled("query"), money: fc.jsonValue() }, {
        requiredKeys: ["interface"],
      }),
      fc.record({ interface: spelled("deposit", "withdraw"), money: upTo(limits.amountMax) }),
    ),
    fc.oneof(...turns, ...mustName ? [] : [fc.constant({})]),
  ).map(([labels, asked, turn]) => ({ ...labels, ...asked, ...turn }));
}

function customerOf(ids: readonly number[]): fc.Arbitrary<object> {
  const type = spelled("customer", "client");
  const list = fc.constantFrom("events", "customer-requests");
  const own = fc.tuple(
    fc.constantFrom(...ids),
    fc.array(eventOf(ids, false), { maxLength: 3 }),
  );
  const abroad = fc.tuple(
    upTo(limits.idMax),
    fc.array(eventOf(ids, true), { minLength: 1, maxLength: 3 }),
  );
  return fc.tuple(fc.oneof(own, abroad), type, list).map(([[id, events], type, list]) => (
    { id, type, [list]: events }
  ));
}

/** Scenarios without a fault. */
export const scenarios: fc.Arbitrary<readonly object[]> = fc.tuple(
  fc.uniqueArray(upTo(limits.idMax), { minLength: 1, maxLength: 3 }),
  upTo(limits.openingBalanceMax),
).chain(([ids, balance]) => {
  const branches = ids.map((id) =>
    spelled("branch", "bank").map((type) => ({ id, type, balance }))
  );
  return fc.tuple(...branches, fc.array(customerOf(ids), { maxLength: 3 }));
}).map((records) => records.flat()).chain((records) =>
  fc.shuffledSubarray(records, { minLength: records.length })
);

const words = ["customer", "client", "branch", "bank", "query", "deposit", "withdraw"];
const keys = [
  ...["id", "type", "balance", "events", "customer-requests"],
  ...["interface", "money", "dest", "branch"],
];

/** What may come to stand anywhere: what belongs somewhere else, what nearly fits, and the rest. */
const misfits = fc.oneof(
  spelled(...words),
  fc.tuple(spelled(...words), fc.nat(8), fc.string({ maxLength: 1 }))
    .map(([word, at, put]) => word.slice(0, at) + put + word.slice(at + 1)),
  fc.constantFrom(limits.idMax, limits.amountMax, limits.openingBalanceMax).chain((max) =>
    fc.integer({ min: max - 1, max: max + 1 })
  ),
  fc.constantFrom<unknown>(-1, 0, 1, 1.5, "1", true, null, [], {}, { interface: "query" }),
  fc.constant({ id: 1, type: "branch", balance: 1 }),
  fc.jsonValue(),
);

type Change = (container: object, key: string, misfit: unknown) => void;

const changes: readonly Change[] = [
  (container, key, misfit) => void Reflect.set(container, key, misfit),
  (container, key) => {
    if (Array.isArray(container)) container.splice(Number(key), 1);
    else Reflect.deleteProperty(container, key);
  },
];

/** Scenarios in one place of which something else stands, nothing, or something more. */
export const changedScenarios: fc.Arbitrary<unknown> = fc.tuple(
  scenarios,
  fc.nat(),
  fc.constantFrom(...changes),
  misfits,
).map(([scenario, choice, change, misfit]) => {
  const whole: [unknown] = [structuredClone(scenario)];
  const places = placesIn(whole);
  const [container, key] = places[choice % places.length] ?? [whole, "0"];
  change(container, key, misfit);
  return whole[0] ?? null;
});

/** Every key in a value; of its objects also some that are not there. */
function placesIn(value: unknown): readonly (readonly [container: object, key: string])[] {
  if (typeof value !== "object" || value === null) return [];
  const present = Object.entries(value);
  const possible = Array.isArray(value) ? [] : keys;
  const all = new Set([...present.map(([key]) => key), ...possible]);
  return [
    ...[...all].map((key) => [value, key] as const),
    ...present.flatMap(([, inner]) => placesIn(inner)),
  ];
}
