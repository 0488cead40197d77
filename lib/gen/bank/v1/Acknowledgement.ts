// Original file: bank/v1/replication_service.proto

import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';
import type { Long } from '@grpc/proto-loader';

export interface Acknowledgement {
  'branch'?: (number);
  'has'?: (number | string | Long);
  'known'?: (_bank_v1_VersionVector | null);
  'lastCommandId'?: (string);
}

export interface Acknowledgement__Output {
  'branch': (number);
  'has': (number);
  'known': (_bank_v1_VersionVector__Output | null);
  'lastCommandId': (string);
}
