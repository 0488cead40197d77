// Original file: bank/v1/replication_service.proto


export interface FetchResponse {
  'records'?: (Buffer | Uint8Array | string)[];
}

export interface FetchResponse__Output {
  'records': (Buffer)[];
}
