/** One command of a story, and what was recorded of it. */
export interface Scene {
  /** What stands before it: comments and empty lines, as they are. */
  readonly before: readonly string[];
  /** The words of the command. */
  readonly words: readonly string[];
  /** What it is given, line by line. */
  readonly given: readonly string[];
  /** What came of it, line by line, as it stands in the file. */
  readonly recorded: readonly string[];
}

/** A story: what people do, and what they see. */
export interface Story {
  readonly scenes: readonly Scene[];
  /** What stands after the last command. */
  readonly after: readonly string[];
}

/**
 * Reads a story.
 *
 * A line `$ COMMAND` is followed by lines `< …` that it is given, then by what came of it:
 * `| …` on standard output, `! …` on standard error, `exit N` unless that was 0. All other lines
 * are for people.
 */
export function readStory(text: string): Story {
  const scenes: Scene[] = [];
  let before: string[] = [];
  const lines = text.replace(/\n$/, "").split("\n");
  for (let at = 0; at < lines.length;) {
    const line = lines[at++] ?? "";
    if (!line.startsWith("$ ")) {
      before.push(line);
      continue;
    }
    const take = (mark: RegExp): readonly string[] => {
      const end = lines.findIndex((next, index) => index >= at && !mark.test(next));
      const taken = lines.slice(at, end === -1 ? lines.length : end);
      at += taken.length;
      return taken;
    };
    const given = take(/^</).map((next) => next.slice(2));
    scenes.push({
      before,
      words: line.slice(2).split(" "),
      given,
      recorded: take(/^([|!]|exit )/),
    });
    before = [];
  }
  return { scenes, after: before };
}

/** Writes a story with what came of its commands. */
export function writeStory({ scenes, after }: Story): string {
  const lines = scenes.flatMap(({ before, words, given, recorded }) => [
    ...before,
    `$ ${words.join(" ")}`,
    ...given.map((line) => `< ${line}`),
    ...recorded,
  ]);
  return [...lines, ...after, ""].join("\n");
}

/** What a command did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Records what a command did, without what differs from time to time. */
export function record({ code, stdout, stderr }: Outcome): readonly string[] {
  return [
    ...linesOf(stdout).map((line) => `| ${line}`),
    ...linesOf(stderr).map((line) => `! ${line}`),
    ...code === 0 ? [] : [`exit ${code}`],
  ];
}

function linesOf(text: string): readonly string[] {
  const lasting = text
    .replaceAll(/\d+\.\d\d s\b/g, "# s")
    .replaceAll(/(?<=^faults injected: .*)\b[1-9]\d*/gm, "#")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:#")
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-/g, "#-")
    .replaceAll(/\b[0-9a-f]{32}\b/g, "#");
  return lasting === "" ? [] : lasting.replace(/\n$/, "").split("\n");
}
