// Original file: bank/v1/branch_service.proto

import type { Action as _bank_v1_Action, Action__Output as _bank_v1_Action__Output } from '../../bank/v1/Action.ts';
import type { Long } from '@grpc/proto-loader';

export interface Command {
  'action'?: (_bank_v1_Action);
  'commandId'?: (string);
  'amount'?: (number | string | Long);
}

export interface Command__Output {
  'action': (_bank_v1_Action__Output);
  'commandId': (string);
  'amount': (number);
}
