// Original file: bank/v1/replication_service.proto

import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from '../../bank/v1/VersionVector.ts';
import type { Entry as _bank_v1_Entry, Entry__Output as _bank_v1_Entry__Output } from '../../bank/v1/Entry.ts';
import type { Long } from '@grpc/proto-loader';

export interface EntriesRecord {
  'origin'?: (number);
  'first'?: (number | string | Long);
  'after'?: (_bank_v1_VersionVector | null);
  'entries'?: (_bank_v1_Entry)[];
}

export interface EntriesRecord__Output {
  'origin': (number);
  'first': (number);
  'after': (_bank_v1_VersionVector__Output | null);
  'entries': (_bank_v1_Entry__Output)[];
}
