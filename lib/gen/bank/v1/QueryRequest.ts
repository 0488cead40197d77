// Original file: bank/v1/branch_service.proto

import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';

export interface QueryRequest {
  'session'?: (_bank_v1_VersionVector | null);
  'commandId'?: (string);
}

export interface QueryRequest__Output {
  'session': (_bank_v1_VersionVector__Output | null);
  'commandId': (string);
}
