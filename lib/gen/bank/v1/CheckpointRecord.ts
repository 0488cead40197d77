// Original file: bank/v1/journal.proto

import type { AccountState as _bank_v1_AccountState, AccountState__Output as _bank_v1_AccountState__Output } from '../../bank/v1/AccountState.ts';
import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';
import type { Generation as _bank_v1_Generation, Generation__Output as _bank_v1_Generation__Output } from '../../bank/v1/Generation.ts';
import type { Long } from '@grpc/proto-loader';

export interface CheckpointRecord {
  'number'?: (number | string | Long);
  'accounts'?: (_bank_v1_AccountState)[];
  'after'?: (_bank_v1_VersionVector | null);
  'expiredMs'?: (number | string | Long);
  'generations'?: (_bank_v1_Generation)[];
  'hasBegun'?: (boolean);
  'heldFrom'?: (number | string | Long);
}

export interface CheckpointRecord__Output {
  'number': (number);
  'accounts': (_bank_v1_AccountState__Output)[];
  'after': (_bank_v1_VersionVector__Output | null);
  'expiredMs': (number);
  'generations': (_bank_v1_Generation__Output)[];
  'hasBegun': (boolean);
  'heldFrom': (number);
}
