import type { ReplicaView } from "../core/replica_view.ts";
import type { Observer } from "./ports.ts";

/** Looks at a branch whenever time has gone by for it. */
export function looking(look: (view: ReplicaView) => void): Observer {
  return {
    turned(inputs, _effects, inspect) {
      if (inputs.some(({ kind }) => kind === "tick")) look(inspect());
    },
    gave() {},
  };
}
