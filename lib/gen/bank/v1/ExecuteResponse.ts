// Original file: bank/v1/branch_service.proto

import type { CommandResult as _bank_v1_CommandResult, CommandResult__Output as _bank_v1_CommandResult__Output } from '../../bank/v1/CommandResult.ts';
import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';

export interface ExecuteResponse {
  'results'?: (_bank_v1_CommandResult)[];
  'session'?: (_bank_v1_VersionVector | null);
}

export interface ExecuteResponse__Output {
  'results': (_bank_v1_CommandResult__Output)[];
  'session': (_bank_v1_VersionVector__Output | null);
}
