// Original file: bank/v1/replication_service.proto

import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';
import type { Long } from '@grpc/proto-loader';

export interface FetchRequest {
  'from'?: (number);
  'to'?: (number);
  'after'?: (_bank_v1_VersionVector | null);
  'attempt'?: (number | string | Long);
}

export interface FetchRequest__Output {
  'from': (number);
  'to': (number);
  'after': (_bank_v1_VersionVector__Output | null);
  'attempt': (number);
}
