/** How long a stream keeps what branches wrote, in nanoseconds, an hour: who is away longer fetches. */
const keptNs = 60 * 60 * 1e9;

/** How long servers know a message again that comes twice, in nanoseconds: two minutes. */
const duplicatesNs = 2 * 60 * 1e9;

/** What makes a stream the one that a bank needs. */
interface StreamNeeds {
  readonly stream: string;
  /** What it keeps. */
  readonly subject: string;
  /** What tells the bank from others of its name. */
  readonly mark: string;
  /** How many servers keep it. */
  readonly replicas: number;
}

/** How servers are asked for a stream, as JetStream has it. */
export function streamConfig({ stream, subject, mark, replicas }: StreamNeeds) {
  return {
    name: stream,
    subjects: [subject],
    description: mark,
    num_replicas: replicas,
    ...{ retention: "limits", storage: "file", discard: "old" } as const,
    max_age: keptNs,
    duplicate_window: duplicatesNs,
  };
}

/**
 * Says why a stream that is there cannot be used, if it cannot. An operator may have made it, with
 * other limits and without a mark; `strangeness` says how a bank differs that has another one.
 */
export function streamFault(
  { subjects, description = "" }: {
    readonly subjects: readonly string[];
    readonly description?: string;
  },
  wanted: ReturnType<typeof streamConfig>,
  strangeness: (mark: string) => string,
): string | undefined {
  if (description !== "" && description !== wanted.description) {
    return `the stream ${wanted.name} is not of this bank: ${strangeness(description)}`;
  }
  const lacking = wanted.subjects.filter((subject) => !subjects.includes(subject));
  if (lacking.length === 0) return undefined;
  return `the stream ${wanted.name} does not keep the subject ${lacking.join(", ")}`;
}
