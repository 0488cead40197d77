// Original file: bank/v1/journal.proto

import type { Long } from '@grpc/proto-loader';

export interface Generation {
  'number'?: (number | string | Long);
  'size'?: (number | string | Long);
  'latestMs'?: (number | string | Long);
  'earliestMs'?: (number | string | Long);
  'usualFromMs'?: (number | string | Long);
  'usualUntilMs'?: (number | string | Long);
  'strays'?: (number | string | Long)[];
  'oldest'?: (number | string | Long);
}

export interface Generation__Output {
  'number': (number);
  'size': (number);
  'latestMs': (number);
  'earliestMs': (number);
  'usualFromMs': (number);
  'usualUntilMs': (number);
  'strays': (number)[];
  'oldest': (number);
}
