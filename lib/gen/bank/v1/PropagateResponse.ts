// Original file: bank/v1/replication_service.proto

import type { Acknowledgement as _bank_v1_Acknowledgement, Acknowledgement__Output as _bank_v1_Acknowledgement__Output } from '../../bank/v1/Acknowledgement.ts';
import type { Long } from '@grpc/proto-loader';

export interface PropagateResponse {
  'acknowledgements'?: (_bank_v1_Acknowledgement)[];
  'to'?: (number);
  'attempt'?: (number | string | Long);
}

export interface PropagateResponse__Output {
  'acknowledgements': (_bank_v1_Acknowledgement__Output)[];
  'to': (number);
  'attempt': (number);
}
