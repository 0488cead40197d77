// Original file: bank/v1/replication_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { PropagateRequest as _bank_v1_PropagateRequest, PropagateRequest__Output as _bank_v1_PropagateRequest__Output } from '../../bank/v1/PropagateRequest.ts';
import type { PropagateResponse as _bank_v1_PropagateResponse, PropagateResponse__Output as _bank_v1_PropagateResponse__Output } from '../../bank/v1/PropagateResponse.ts';

export interface ReplicationServiceClient extends grpc.Client {
  Propagate(argument: _bank_v1_PropagateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_PropagateResponse__Output>): grpc.ClientUnaryCall;
  Propagate(argument: _bank_v1_PropagateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_PropagateResponse__Output>): grpc.ClientUnaryCall;
  Propagate(argument: _bank_v1_PropagateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_PropagateResponse__Output>): grpc.ClientUnaryCall;
  Propagate(argument: _bank_v1_PropagateRequest, callback: grpc.requestCallback<_bank_v1_PropagateResponse__Output>): grpc.ClientUnaryCall;
  propagate(argument: _bank_v1_PropagateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_PropagateResponse__Output>): grpc.ClientUnaryCall;
  propagate(argument: _bank_v1_PropagateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_PropagateResponse__Output>): grpc.ClientUnaryCall;
  propagate(argument: _bank_v1_PropagateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_PropagateResponse__Output>): grpc.ClientUnaryCall;
  propagate(argument: _bank_v1_PropagateRequest, callback: grpc.requestCallback<_bank_v1_PropagateResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface ReplicationServiceHandlers extends grpc.UntypedServiceImplementation {
  Propagate: grpc.handleUnaryCall<_bank_v1_PropagateRequest__Output, _bank_v1_PropagateResponse>;
  
}

export interface ReplicationServiceDefinition extends grpc.ServiceDefinition {
  Propagate: MethodDefinition<_bank_v1_PropagateRequest, _bank_v1_PropagateResponse, _bank_v1_PropagateRequest__Output, _bank_v1_PropagateResponse__Output>
}
