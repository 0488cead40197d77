// Original file: bank/v1/journal.proto

import type { Long } from '@grpc/proto-loader';

export interface OriginState {
  'origin'?: (number);
  'known'?: (number | string | Long);
  'deposited'?: (number | string | Long);
  'lastCommandId'?: (string);
}

export interface OriginState__Output {
  'origin': (number);
  'known': (number);
  'deposited': (number);
  'lastCommandId': (string);
}
