// Original file: bank/v1/branch_service.proto

import type { Command as _bank_v1_Command, Command__Output as _bank_v1_Command__Output } from '../../bank/v1/Command.ts';
import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';

export interface ExecuteRequest {
  'commands'?: (_bank_v1_Command)[];
  'session'?: (_bank_v1_VersionVector | null);
  'branch'?: (number);
}

export interface ExecuteRequest__Output {
  'commands': (_bank_v1_Command__Output)[];
  'session': (_bank_v1_VersionVector__Output | null);
  'branch': (number);
}
