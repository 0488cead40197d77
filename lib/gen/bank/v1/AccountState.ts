// Original file: bank/v1/journal.proto

import type { Long } from '@grpc/proto-loader';

export interface AccountState {
  'branch'?: (number);
  'known'?: (number | string | Long);
  'deposited'?: (number | string | Long);
  'allowance'?: (number | string | Long);
  'lastCommandId'?: (string);
}

export interface AccountState__Output {
  'branch': (number);
  'known': (number);
  'deposited': (number);
  'allowance': (number);
  'lastCommandId': (string);
}
