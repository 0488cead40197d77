// Original file: bank/v1/journal.proto

import type { Entry as _bank_v1_Entry, Entry__Output as _bank_v1_Entry__Output } from '../../bank/v1/Entry.ts';
import type { Outcome as _bank_v1_Outcome, Outcome__Output as _bank_v1_Outcome__Output } from '../../bank/v1/Outcome.ts';

export interface RefusalRecord {
  'write'?: (_bank_v1_Entry | null);
  'outcome'?: (_bank_v1_Outcome);
}

export interface RefusalRecord__Output {
  'write': (_bank_v1_Entry__Output | null);
  'outcome': (_bank_v1_Outcome__Output);
}
