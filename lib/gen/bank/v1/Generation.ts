// Original file: bank/v1/journal.proto

import type { Long } from '@grpc/proto-loader';

export interface Generation {
  'number'?: (number | string | Long);
  'size'?: (number | string | Long);
  'latestMs'?: (number | string | Long);
}

export interface Generation__Output {
  'number': (number);
  'size': (number);
  'latestMs': (number);
}
