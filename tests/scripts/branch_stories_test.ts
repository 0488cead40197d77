import { comeOutAsTold } from "./told.ts";

// Beside those of runs, which take as long: tests of one file wait for each other.
comeOutAsTold([
  "branch_that_was_away",
  "lost_journal",
  "older_copy",
  "cut_off_from_the_money",
]);
