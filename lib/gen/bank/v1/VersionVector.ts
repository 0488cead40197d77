// Original file: bank/v1/branch_service.proto

import type { Long } from '@grpc/proto-loader';

export interface VersionVector {
  'sequences'?: ({[key: number]: number | string | Long});
}

export interface VersionVector__Output {
  'sequences': ({[key: number]: number});
}
