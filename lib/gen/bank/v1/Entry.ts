// Original file: bank/v1/replication_service.proto

import type { Action as _bank_v1_Action, Action__Output as _bank_v1_Action__Output } from '../../bank/v1/Action.ts';
import type { Long } from '@grpc/proto-loader';

export interface Entry {
  'commandId'?: (string);
  'action'?: (_bank_v1_Action);
  'amount'?: (number | string | Long);
}

export interface Entry__Output {
  'commandId': (string);
  'action': (_bank_v1_Action__Output);
  'amount': (number);
}
