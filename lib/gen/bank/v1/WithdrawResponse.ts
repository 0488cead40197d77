// Original file: bank/v1/branch_service.proto

import type { Outcome as _bank_v1_Outcome, Outcome__Output as _bank_v1_Outcome__Output } from '../../bank/v1/Outcome.ts';
import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';

export interface WithdrawResponse {
  'outcome'?: (_bank_v1_Outcome);
  'branches'?: (number);
  'session'?: (_bank_v1_VersionVector | null);
}

export interface WithdrawResponse__Output {
  'outcome': (_bank_v1_Outcome__Output);
  'branches': (number);
  'session': (_bank_v1_VersionVector__Output | null);
}
