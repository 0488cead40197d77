import type { HostParts } from "./host.ts";
import type { Observer } from "./ports.ts";

/** Lets one more observer hear of a branch, after those that do already. */
export function withObserver(parts: HostParts, observer: Observer): HostParts {
  const before = parts.observer;
  return { ...parts, observer: before === undefined ? observer : both(before, observer) };
}

function both(one: Observer, other: Observer): Observer {
  return {
    turned: (inputs, effects, inspect) => {
      one.turned(inputs, effects, inspect);
      other.turned(inputs, effects, inspect);
    },
    gave: (request, records) => {
      one.gave(request, records);
      other.gave(request, records);
    },
    overloaded: () => {
      one.overloaded?.();
      other.overloaded?.();
    },
  };
}
