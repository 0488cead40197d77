// Original file: bank/v1/replication_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ClaimRequest as _bank_v1_ClaimRequest, ClaimRequest__Output as _bank_v1_ClaimRequest__Output } from '../../bank/v1/ClaimRequest.ts';
import type { ClaimResponse as _bank_v1_ClaimResponse, ClaimResponse__Output as _bank_v1_ClaimResponse__Output } from '../../bank/v1/ClaimResponse.ts';
import type { FetchRequest as _bank_v1_FetchRequest, FetchRequest__Output as _bank_v1_FetchRequest__Output } from '../../bank/v1/FetchRequest.ts';
import type { FetchResponse as _bank_v1_FetchResponse, FetchResponse__Output as _bank_v1_FetchResponse__Output } from '../../bank/v1/FetchResponse.ts';
import type { PropagateRequest as _bank_v1_PropagateRequest, PropagateRequest__Output as _bank_v1_PropagateRequest__Output } from '../../bank/v1/PropagateRequest.ts';
import type { PropagateResponse as _bank_v1_PropagateResponse, PropagateResponse__Output as _bank_v1_PropagateResponse__Output } from '../../bank/v1/PropagateResponse.ts';

export interface ReplicationServiceClient extends grpc.Client {
  Claim(argument: _bank_v1_ClaimRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_ClaimResponse__Output>): grpc.ClientUnaryCall;
  Claim(argument: _bank_v1_ClaimRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_ClaimResponse__Output>): grpc.ClientUnaryCall;
  Claim(argument: _bank_v1_ClaimRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_ClaimResponse__Output>): grpc.ClientUnaryCall;
  Claim(argument: _bank_v1_ClaimRequest, callback: grpc.requestCallback<_bank_v1_ClaimResponse__Output>): grpc.ClientUnaryCall;
  claim(argument: _bank_v1_ClaimRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_ClaimResponse__Output>): grpc.ClientUnaryCall;
  claim(argument: _bank_v1_ClaimRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_ClaimResponse__Output>): grpc.ClientUnaryCall;
  claim(argument: _bank_v1_ClaimRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_ClaimResponse__Output>): grpc.ClientUnaryCall;
  claim(argument: _bank_v1_ClaimRequest, callback: grpc.requestCallback<_bank_v1_ClaimResponse__Output>): grpc.ClientUnaryCall;
  
  Fetch(argument: _bank_v1_FetchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_FetchResponse__Output>): grpc.ClientUnaryCall;
  Fetch(argument: _bank_v1_FetchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_FetchResponse__Output>): grpc.ClientUnaryCall;
  Fetch(argument: _bank_v1_FetchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_FetchResponse__Output>): grpc.ClientUnaryCall;
  Fetch(argument: _bank_v1_FetchRequest, callback: grpc.requestCallback<_bank_v1_FetchResponse__Output>): grpc.ClientUnaryCall;
  fetch(argument: _bank_v1_FetchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_FetchResponse__Output>): grpc.ClientUnaryCall;
  fetch(argument: _bank_v1_FetchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_FetchResponse__Output>): grpc.ClientUnaryCall;
  fetch(argument: _bank_v1_FetchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_FetchResponse__Output>): grpc.ClientUnaryCall;
  fetch(argument: _bank_v1_FetchRequest, callback: grpc.requestCallback<_bank_v1_FetchResponse__Output>): grpc.ClientUnaryCall;
  
  Propagate(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_bank_v1_PropagateRequest, _bank_v1_PropagateResponse__Output>;
  Propagate(options?: grpc.CallOptions): grpc.ClientDuplexStream<_bank_v1_PropagateRequest, _bank_v1_PropagateResponse__Output>;
  propagate(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_bank_v1_PropagateRequest, _bank_v1_PropagateResponse__Output>;
  propagate(options?: grpc.CallOptions): grpc.ClientDuplexStream<_bank_v1_PropagateRequest, _bank_v1_PropagateResponse__Output>;
  
}

export interface ReplicationServiceHandlers extends grpc.UntypedServiceImplementation {
  Claim: grpc.handleUnaryCall<_bank_v1_ClaimRequest__Output, _bank_v1_ClaimResponse>;
  
  Fetch: grpc.handleUnaryCall<_bank_v1_FetchRequest__Output, _bank_v1_FetchResponse>;
  
  Propagate: grpc.handleBidiStreamingCall<_bank_v1_PropagateRequest__Output, _bank_v1_PropagateResponse>;
  
}

export interface ReplicationServiceDefinition extends grpc.ServiceDefinition {
  Claim: MethodDefinition<_bank_v1_ClaimRequest, _bank_v1_ClaimResponse, _bank_v1_ClaimRequest__Output, _bank_v1_ClaimResponse__Output>
  Fetch: MethodDefinition<_bank_v1_FetchRequest, _bank_v1_FetchResponse, _bank_v1_FetchRequest__Output, _bank_v1_FetchResponse__Output>
  Propagate: MethodDefinition<_bank_v1_PropagateRequest, _bank_v1_PropagateResponse, _bank_v1_PropagateRequest__Output, _bank_v1_PropagateResponse__Output>
}
