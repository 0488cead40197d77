// Original file: bank/v1/branch_service.proto

import type { Outcome as _bank_v1_Outcome, Outcome__Output as _bank_v1_Outcome__Output } from '../../bank/v1/Outcome.ts';
import type { Long } from '@grpc/proto-loader';

export interface CommandResult {
  'outcome'?: (_bank_v1_Outcome);
  'branches'?: (number);
  'balance'?: (number | string | Long);
}

export interface CommandResult__Output {
  'outcome': (_bank_v1_Outcome__Output);
  'branches': (number);
  'balance': (number);
}
