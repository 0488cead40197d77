// Original file: bank/v1/replication_service.proto

import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';
import type { Long } from '@grpc/proto-loader';

export interface PropagateRequest {
  'from'?: (number);
  'to'?: (number)[];
  'everywhere'?: (number | string | Long);
  'asks'?: (boolean);
  'records'?: (Buffer | Uint8Array | string)[];
  'last'?: (number | string | Long);
  'has'?: (_bank_v1_VersionVector | null);
  'attempt'?: (number | string | Long);
}

export interface PropagateRequest__Output {
  'from': (number);
  'to': (number)[];
  'everywhere': (number);
  'asks': (boolean);
  'records': (Buffer)[];
  'last': (number);
  'has': (_bank_v1_VersionVector__Output | null);
  'attempt': (number);
}
