// Original file: bank/v1/replication_service.proto

import type { Long } from '@grpc/proto-loader';

export interface ClaimRequest {
  'from'?: (number);
  'to'?: (number);
  'claimId'?: (string);
  'need'?: (number | string | Long);
  'wanted'?: (number | string | Long);
  'attempt'?: (number | string | Long);
}

export interface ClaimRequest__Output {
  'from': (number);
  'to': (number);
  'claimId': (string);
  'need': (number);
  'wanted': (number);
  'attempt': (number);
}
