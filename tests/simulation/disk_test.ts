import { journalContract } from "../contract/journal_contract.ts";
import { branch } from "../core/samples.ts";
import { Disk } from "./disk.ts";

journalContract("the false disk", () => {
  const opened = (disk: Disk) => ({
    journal: disk,
    reopen: () => {
      disk.crash();
      return opened(disk);
    },
  });
  return opened(new Disk(branch(1)));
});
