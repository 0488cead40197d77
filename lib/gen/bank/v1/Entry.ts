// Original file: bank/v1/replication_service.proto

import type { Change as _bank_v1_Change, Change__Output as _bank_v1_Change__Output } from '../../bank/v1/Change.ts';
import type { Long } from '@grpc/proto-loader';

export interface Entry {
  'commandId'?: (string);
  'change'?: (_bank_v1_Change);
  'amount'?: (number | string | Long);
  'to'?: (number);
}

export interface Entry__Output {
  'commandId': (string);
  'change': (_bank_v1_Change__Output);
  'amount': (number);
  'to': (number);
}
