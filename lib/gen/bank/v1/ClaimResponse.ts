// Original file: bank/v1/replication_service.proto

import type { Long } from '@grpc/proto-loader';

export interface ClaimResponse {
  'granted'?: (boolean);
  'last'?: (number | string | Long);
  'expiredMs'?: (number | string | Long);
}

export interface ClaimResponse__Output {
  'granted': (boolean);
  'last': (number);
  'expiredMs': (number);
}
