// Original file: bank/v1/branch_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DepositRequest as _bank_v1_DepositRequest, DepositRequest__Output as _bank_v1_DepositRequest__Output } from '../../bank/v1/DepositRequest.ts';
import type { DepositResponse as _bank_v1_DepositResponse, DepositResponse__Output as _bank_v1_DepositResponse__Output } from '../../bank/v1/DepositResponse.ts';
import type { ExecuteRequest as _bank_v1_ExecuteRequest, ExecuteRequest__Output as _bank_v1_ExecuteRequest__Output } from '../../bank/v1/ExecuteRequest.ts';
import type { ExecuteResponse as _bank_v1_ExecuteResponse, ExecuteResponse__Output as _bank_v1_ExecuteResponse__Output } from '../../bank/v1/ExecuteResponse.ts';
import type { QueryRequest as _bank_v1_QueryRequest, QueryRequest__Output as _bank_v1_QueryRequest__Output } from '../../bank/v1/QueryRequest.ts';
import type { QueryResponse as _bank_v1_QueryResponse, QueryResponse__Output as _bank_v1_QueryResponse__Output } from '../../bank/v1/QueryResponse.ts';
import type { WithdrawRequest as _bank_v1_WithdrawRequest, WithdrawRequest__Output as _bank_v1_WithdrawRequest__Output } from '../../bank/v1/WithdrawRequest.ts';
import type { WithdrawResponse as _bank_v1_WithdrawResponse, WithdrawResponse__Output as _bank_v1_WithdrawResponse__Output } from '../../bank/v1/WithdrawResponse.ts';

export interface BranchServiceClient extends grpc.Client {
  Deposit(argument: _bank_v1_DepositRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_DepositResponse__Output>): grpc.ClientUnaryCall;
  Deposit(argument: _bank_v1_DepositRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_DepositResponse__Output>): grpc.ClientUnaryCall;
  Deposit(argument: _bank_v1_DepositRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_DepositResponse__Output>): grpc.ClientUnaryCall;
  Deposit(argument: _bank_v1_DepositRequest, callback: grpc.requestCallback<_bank_v1_DepositResponse__Output>): grpc.ClientUnaryCall;
  deposit(argument: _bank_v1_DepositRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_DepositResponse__Output>): grpc.ClientUnaryCall;
  deposit(argument: _bank_v1_DepositRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_DepositResponse__Output>): grpc.ClientUnaryCall;
  deposit(argument: _bank_v1_DepositRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_DepositResponse__Output>): grpc.ClientUnaryCall;
  deposit(argument: _bank_v1_DepositRequest, callback: grpc.requestCallback<_bank_v1_DepositResponse__Output>): grpc.ClientUnaryCall;
  
  Execute(argument: _bank_v1_ExecuteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  Execute(argument: _bank_v1_ExecuteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  Execute(argument: _bank_v1_ExecuteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  Execute(argument: _bank_v1_ExecuteRequest, callback: grpc.requestCallback<_bank_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  execute(argument: _bank_v1_ExecuteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  execute(argument: _bank_v1_ExecuteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  execute(argument: _bank_v1_ExecuteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  execute(argument: _bank_v1_ExecuteRequest, callback: grpc.requestCallback<_bank_v1_ExecuteResponse__Output>): grpc.ClientUnaryCall;
  
  Query(argument: _bank_v1_QueryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_QueryResponse__Output>): grpc.ClientUnaryCall;
  Query(argument: _bank_v1_QueryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_QueryResponse__Output>): grpc.ClientUnaryCall;
  Query(argument: _bank_v1_QueryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_QueryResponse__Output>): grpc.ClientUnaryCall;
  Query(argument: _bank_v1_QueryRequest, callback: grpc.requestCallback<_bank_v1_QueryResponse__Output>): grpc.ClientUnaryCall;
  query(argument: _bank_v1_QueryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_QueryResponse__Output>): grpc.ClientUnaryCall;
  query(argument: _bank_v1_QueryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_QueryResponse__Output>): grpc.ClientUnaryCall;
  query(argument: _bank_v1_QueryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_QueryResponse__Output>): grpc.ClientUnaryCall;
  query(argument: _bank_v1_QueryRequest, callback: grpc.requestCallback<_bank_v1_QueryResponse__Output>): grpc.ClientUnaryCall;
  
  Withdraw(argument: _bank_v1_WithdrawRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_WithdrawResponse__Output>): grpc.ClientUnaryCall;
  Withdraw(argument: _bank_v1_WithdrawRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_WithdrawResponse__Output>): grpc.ClientUnaryCall;
  Withdraw(argument: _bank_v1_WithdrawRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_WithdrawResponse__Output>): grpc.ClientUnaryCall;
  Withdraw(argument: _bank_v1_WithdrawRequest, callback: grpc.requestCallback<_bank_v1_WithdrawResponse__Output>): grpc.ClientUnaryCall;
  withdraw(argument: _bank_v1_WithdrawRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_WithdrawResponse__Output>): grpc.ClientUnaryCall;
  withdraw(argument: _bank_v1_WithdrawRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_bank_v1_WithdrawResponse__Output>): grpc.ClientUnaryCall;
  withdraw(argument: _bank_v1_WithdrawRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_bank_v1_WithdrawResponse__Output>): grpc.ClientUnaryCall;
  withdraw(argument: _bank_v1_WithdrawRequest, callback: grpc.requestCallback<_bank_v1_WithdrawResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface BranchServiceHandlers extends grpc.UntypedServiceImplementation {
  Deposit: grpc.handleUnaryCall<_bank_v1_DepositRequest__Output, _bank_v1_DepositResponse>;
  
  Execute: grpc.handleUnaryCall<_bank_v1_ExecuteRequest__Output, _bank_v1_ExecuteResponse>;
  
  Query: grpc.handleUnaryCall<_bank_v1_QueryRequest__Output, _bank_v1_QueryResponse>;
  
  Withdraw: grpc.handleUnaryCall<_bank_v1_WithdrawRequest__Output, _bank_v1_WithdrawResponse>;
  
}

export interface BranchServiceDefinition extends grpc.ServiceDefinition {
  Deposit: MethodDefinition<_bank_v1_DepositRequest, _bank_v1_DepositResponse, _bank_v1_DepositRequest__Output, _bank_v1_DepositResponse__Output>
  Execute: MethodDefinition<_bank_v1_ExecuteRequest, _bank_v1_ExecuteResponse, _bank_v1_ExecuteRequest__Output, _bank_v1_ExecuteResponse__Output>
  Query: MethodDefinition<_bank_v1_QueryRequest, _bank_v1_QueryResponse, _bank_v1_QueryRequest__Output, _bank_v1_QueryResponse__Output>
  Withdraw: MethodDefinition<_bank_v1_WithdrawRequest, _bank_v1_WithdrawResponse, _bank_v1_WithdrawRequest__Output, _bank_v1_WithdrawResponse__Output>
}
