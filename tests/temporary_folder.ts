/** A folder of a test's own, which goes when the test ends. */
export class TemporaryFolder implements Disposable {
  /** Where it is. */
  readonly path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "bank-" }));

  /** Gives the path of an entry of it. */
  at(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Writes a file, and gives its path. */
  write(name: string, text: string): string {
    Deno.writeTextFileSync(this.at(name), text);
    return this.at(name);
  }

  /** Reads a file; one that is not there is undefined. */
  read(name: string): string | undefined {
    return this.names().includes(name) ? Deno.readTextFileSync(this.at(name)) : undefined;
  }

  /** Tells what is in it, sorted. */
  names(): readonly string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
