// Original file: bank/v1/branch_service.proto

import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';
import type { Long } from '@grpc/proto-loader';

export interface WithdrawRequest {
  'commandId'?: (string);
  'amount'?: (number | string | Long);
  'session'?: (_bank_v1_VersionVector | null);
  'branch'?: (number);
}

export interface WithdrawRequest__Output {
  'commandId': (string);
  'amount': (number);
  'session': (_bank_v1_VersionVector__Output | null);
  'branch': (number);
}
