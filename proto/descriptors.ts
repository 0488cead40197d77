import format, {
  type IFileDescriptorProto,
  type IFileDescriptorSet,
} from "protobufjs/ext/descriptor/index.js";

const compiler = "npm:@bufbuild/buf@1.74.0/buf";

/**
 * Makes the table by which a branch tells ordinary gRPC tools what it serves: the descriptor of
 * each file, with its comments, as protoc would make it; which of them names what; and which
 * services there are.
 *
 * protobufjs can make descriptors too, but not of files: it joins those of a package, and drops
 * comments.
 */
export async function descriptors(protoFolder: string): Promise<string> {
  // protobufjs does not know the type of what it decodes by a type.
  const set = format.FileDescriptorSet.decode(await compiled(protoFolder)) as unknown;
  const { file: all } = set as IFileDescriptorSet;
  const named = new Map(all.map((file) => [file.name ?? "", file]));
  const served = new Set<IFileDescriptorProto>();
  const serve = (file: IFileDescriptorProto | undefined): void => {
    if (file === undefined || served.has(file)) return;
    served.add(file);
    for (const name of file.dependency ?? []) serve(named.get(name));
  };
  for (const file of all) if ((file.service ?? []).length > 0) serve(file);
  const files = [...served].map((file) => [file.name ?? "", {
    imports: file.dependency ?? [],
    services: (file.service ?? []).map(({ name }) => `${file.package}.${name}`),
    symbols: symbolsIn(file),
    descriptor: encoded(file),
  }]);
  return JSON.stringify(Object.fromEntries(files)) + "\n";
}

async function compiled(protoFolder: string): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-lock", "--quiet", "--allow-read", "--allow-env", "--allow-run", compiler],
      ...["build", protoFolder, "--as-file-descriptor-set", "--output", "-#format=binpb"],
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

type Message = NonNullable<IFileDescriptorProto["messageType"]>[number];
type Enumeration = NonNullable<IFileDescriptorProto["enumType"]>[number];

/** Names all that a file declares. */
function symbolsIn(file: IFileDescriptorProto): readonly string[] {
  const within = `${file.package}`;
  return [
    ...(file.messageType ?? []).flatMap((message) => namesIn(message, within)),
    ...(file.enumType ?? []).flatMap((enumeration) => namesOf(enumeration, within)),
    ...(file.service ?? []).flatMap(({ name, method }) => [
      `${within}.${name}`,
      ...(method ?? []).map((one) => `${within}.${name}.${one.name}`),
    ]),
  ];
}

function namesIn(message: Message, within: string): readonly string[] {
  const name = `${within}.${message.name}`;
  return [
    name,
    ...(message.field ?? []).map((field) => `${name}.${field.name}`),
    ...(message.oneofDecl ?? []).map((oneof) => `${name}.${oneof.name}`),
    ...(message.nestedType ?? []).flatMap((nested) => namesIn(nested, name)),
    ...(message.enumType ?? []).flatMap((enumeration) => namesOf(enumeration, name)),
  ];
}

/** Names an enum and its values, which stand beside it, not in it. */
function namesOf({ name, value }: Enumeration, within: string): readonly string[] {
  return [`${within}.${name}`, ...(value ?? []).map((one) => `${within}.${one.name}`)];
}

/** Encodes a file; of what is said about places in its text, only comments are kept. */
function encoded(file: IFileDescriptorProto): string {
  const all: readonly Location[] = file.sourceCodeInfo?.location ?? [];
  const location = all.filter(({ leadingComments, trailingComments }) =>
    Boolean(leadingComments || trailingComments)
  );
  const bytes = format.FileDescriptorProto.encode({ ...file, sourceCodeInfo: { location } })
    .finish();
  return new Uint8Array(bytes).toBase64();
}

interface Location {
  readonly leadingComments?: string;
  readonly trailingComments?: string;
}
