// Original file: bank/v1/journal.proto

import type { OriginState as _bank_v1_OriginState, OriginState__Output as _bank_v1_OriginState__Output } from '../../bank/v1/OriginState.ts';
import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';
import type { Generation as _bank_v1_Generation, Generation__Output as _bank_v1_Generation__Output } from '../../bank/v1/Generation.ts';
import type { Long } from '@grpc/proto-loader';

export interface CheckpointRecord {
  'number'?: (number | string | Long);
  'balance'?: (number | string | Long);
  'origins'?: (_bank_v1_OriginState)[];
  'after'?: (_bank_v1_VersionVector | null);
  'expiredMs'?: (number | string | Long);
  'generations'?: (_bank_v1_Generation)[];
  'hasBegun'?: (boolean);
}

export interface CheckpointRecord__Output {
  'number': (number);
  'balance': (number);
  'origins': (_bank_v1_OriginState__Output)[];
  'after': (_bank_v1_VersionVector__Output | null);
  'expiredMs': (number);
  'generations': (_bank_v1_Generation__Output)[];
  'hasBegun': (boolean);
}
