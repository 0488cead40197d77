import { type CustomerId, isCustomerId } from "../core/ids.ts";
import { type OptionTable, readArguments } from "./arguments.ts";

/** What `--help` says of certificates. */
export const certificateHelp =
  `Makes an authority, and certificates for the branches and customers of a bank.

  deno task certs DIR --bank bank.json [options]

  DIR                    where they are kept: the authority in DIR/authority, which belongs on no
                         machine of a branch, and in DIR/branch-2 what the machine of branch 2 gets
  --bank FILE            the bank, as its branches are given it
  --customer ID          a customer that is to have a certificate; may be given more than once
  --days DAYS            how long certificates made now are valid: 1 to 3650 (90)
  --authority-days DAYS  how long an authority made now is valid: 1 to 36500 (3650)
  --renew                make new certificates and keys for all branches and the customers named
  --new-authority        begin to replace the authority: all are to trust a new one too
  --drop-old-authority   end it: all are to trust the new one only
  --help, --version

Without the last three it makes what is missing, and keeps what is there. It says of all
certificates in DIR until when they are valid.

An authority is replaced in three steps, --new-authority, --renew, --drop-old-authority. After each,
every machine gets its folder again, and all that run there read it, before the next is taken;
then nothing stops in between.

Exit code 0: done; 1: a file could not be read or written; 2: the arguments, the bank file or
what is in DIR is wrong, and nothing was made.
`;

/** The options of certificates. */
export const certificateOptions = {
  values: { bank: "any", days: "any", "authority-days": "any" },
  repeated: ["customer"],
  flags: ["renew", "new-authority", "drop-old-authority"],
  positional: ["DIR"],
} as const satisfies OptionTable;

/** What is to be done: make what is missing, or a step of its own besides. */
export type CertificateStep = "fill" | typeof certificateOptions.flags[number];

/** What somebody wants of certificates. */
export interface CertificateRequest {
  readonly kind: "request";
  readonly folder: string;
  readonly bankFile: string;
  readonly customers: readonly CustomerId[];
  readonly step: CertificateStep;
  /** How long a certificate is valid that is made now. */
  readonly days: number;
  /** How long an authority is valid that is made now. */
  readonly authorityDays: number;
}

/** What a command line says: a request, a question about the program, or what is wrong with it. */
export type CertificateArguments =
  | CertificateRequest
  | { readonly kind: "help" | "version" }
  | { readonly kind: "wrong"; readonly faults: readonly string[] };

/** Reads what is to be done about certificates, from the arguments behind `--certs`. */
export function readCertificateArguments(args: readonly string[]): CertificateArguments {
  const options = readArguments(args, certificateOptions);
  if (options.flags.has("help")) return { kind: "help" };
  if (options.flags.has("version")) return { kind: "version" };
  const faults = [...options.faults];
  const [folder = ""] = options.positional;
  if (folder === "") faults.push("DIR is missing, where the certificates are kept");
  if (!options.values.has("bank")) faults.push("--bank is missing");
  const steps = certificateOptions.flags.filter((flag) => options.flags.has(flag));
  const [step = "fill", ...others] = steps;
  if (others.length > 0) {
    const given = steps.map((each) => `--${each}`).join(" and ");
    faults.push(`${given} are steps of their own: all must have read one before the next is taken`);
  }
  const daysOf = (name: "days" | "authority-days", { most, unlessGiven }: DaysRange): number => {
    const given = options.values.get(name) ?? String(unlessGiven);
    const days = /^[1-9]\d{0,4}$/.test(given) ? Number(given) : most + 1;
    if (days > most) {
      faults.push(`--${name} is ${given}; it must be a whole number from 1 to ${most}`);
    }
    return days;
  };
  const days = daysOf("days", { most: 3650, unlessGiven: 90 });
  const authorityDays = daysOf("authority-days", { most: 36_500, unlessGiven: 3650 });
  const customers = new Set<CustomerId>();
  for (const text of options.repeated.get("customer") ?? []) {
    const id = /^(0|[1-9]\d*)$/.test(text) ? Number(text) : -1;
    if (isCustomerId(id)) customers.add(id);
    else faults.push(`--customer is ${JSON.stringify(text)}; it must be the id of a customer`);
  }
  if (faults.length > 0) return { kind: "wrong", faults };
  const bankFile = options.values.get("bank") ?? "";
  return {
    kind: "request",
    folder,
    bankFile,
    customers: [...customers],
    step,
    days,
    authorityDays,
  };
}

interface DaysRange {
  readonly most: number;
  readonly unlessGiven: number;
}
