// Original file: bank/v1/replication_service.proto

import type { Long } from '@grpc/proto-loader';

export interface PropagateRequest {
  'from'?: (number);
  'to'?: (number)[];
  'everywhere'?: (number | string | Long);
  'asks'?: (boolean);
  'records'?: (Buffer | Uint8Array | string)[];
}

export interface PropagateRequest__Output {
  'from': (number);
  'to': (number)[];
  'everywhere': (number);
  'asks': (boolean);
  'records': (Buffer)[];
}
