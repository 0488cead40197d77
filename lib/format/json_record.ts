import type { FaultList, Spot } from "./fault_list.ts";
import type { JsonNode, JsonObject } from "./json_tree.ts";

/** An object of a JSON text whose fields are looked up by key and named in faults. */
export class JsonRecord {
  /** How faults name the object, such as `customers[2]`. */
  readonly path: string;
  /** The offset of the object. */
  readonly at: number;
  readonly #fields = new Map<string, JsonNode>();

  /** Opens the object; a key that stands in it again is a fault, and its value not used. */
  constructor(object: JsonObject, { path, faults }: { path: string; faults: FaultList }) {
    this.path = path;
    this.at = object.at;
    for (const { key, at, value } of object.fields) {
      if (!this.#fields.has(key)) this.#fields.set(key, value);
      else faults.refuse({ path: path + step(key), at, node: value }, "its key is there already");
    }
  }

  /** Tells whether the key is there. */
  has(key: string): boolean {
    return this.#fields.has(key);
  }

  /** Looks a field up; the spot's node is undefined if the field is missing. */
  field(key: string): Spot {
    const node = this.#fields.get(key);
    return { path: this.path + step(key), at: node?.at ?? this.at, node };
  }

  /** Looks a word up, in lower case; undefined if the field is missing or no string. */
  word(key: string): string | undefined {
    const node = this.#fields.get(key);
    const isWord = node?.kind === "scalar" && typeof node.value === "string";
    return isWord ? String(node.value).toLowerCase() : undefined;
  }
}

function step(key: string): string {
  return /^[\w-]{1,40}$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 40))}]`;
}
