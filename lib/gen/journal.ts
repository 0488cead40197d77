import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AccountState as _bank_v1_AccountState, AccountState__Output as _bank_v1_AccountState__Output } from './bank/v1/AccountState.ts';
import type { Acknowledgement as _bank_v1_Acknowledgement, Acknowledgement__Output as _bank_v1_Acknowledgement__Output } from './bank/v1/Acknowledgement.ts';
import type { BranchServiceClient as _bank_v1_BranchServiceClient, BranchServiceDefinition as _bank_v1_BranchServiceDefinition } from './bank/v1/BranchService.ts';
import type { CheckpointRecord as _bank_v1_CheckpointRecord, CheckpointRecord__Output as _bank_v1_CheckpointRecord__Output } from './bank/v1/CheckpointRecord.ts';
import type { ClaimRequest as _bank_v1_ClaimRequest, ClaimRequest__Output as _bank_v1_ClaimRequest__Output } from './bank/v1/ClaimRequest.ts';
import type { ClaimResponse as _bank_v1_ClaimResponse, ClaimResponse__Output as _bank_v1_ClaimResponse__Output } from './bank/v1/ClaimResponse.ts';
import type { Command as _bank_v1_Command, Command__Output as _bank_v1_Command__Output } from './bank/v1/Command.ts';
import type { CommandResult as _bank_v1_CommandResult, CommandResult__Output as _bank_v1_CommandResult__Output } from './bank/v1/CommandResult.ts';
import type { DepositRequest as _bank_v1_DepositRequest, DepositRequest__Output as _bank_v1_DepositRequest__Output } from './bank/v1/DepositRequest.ts';
import type { DepositResponse as _bank_v1_DepositResponse, DepositResponse__Output as _bank_v1_DepositResponse__Output } from './bank/v1/DepositResponse.ts';
import type { EntriesRecord as _bank_v1_EntriesRecord, EntriesRecord__Output as _bank_v1_EntriesRecord__Output } from './bank/v1/EntriesRecord.ts';
import type { Entry as _bank_v1_Entry, Entry__Output as _bank_v1_Entry__Output } from './bank/v1/Entry.ts';
import type { ExecuteRequest as _bank_v1_ExecuteRequest, ExecuteRequest__Output as _bank_v1_ExecuteRequest__Output } from './bank/v1/ExecuteRequest.ts';
import type { ExecuteResponse as _bank_v1_ExecuteResponse, ExecuteResponse__Output as _bank_v1_ExecuteResponse__Output } from './bank/v1/ExecuteResponse.ts';
import type { FetchRequest as _bank_v1_FetchRequest, FetchRequest__Output as _bank_v1_FetchRequest__Output } from './bank/v1/FetchRequest.ts';
import type { FetchResponse as _bank_v1_FetchResponse, FetchResponse__Output as _bank_v1_FetchResponse__Output } from './bank/v1/FetchResponse.ts';
import type { Generation as _bank_v1_Generation, Generation__Output as _bank_v1_Generation__Output } from './bank/v1/Generation.ts';
import type { PropagateRequest as _bank_v1_PropagateRequest, PropagateRequest__Output as _bank_v1_PropagateRequest__Output } from './bank/v1/PropagateRequest.ts';
import type { PropagateResponse as _bank_v1_PropagateResponse, PropagateResponse__Output as _bank_v1_PropagateResponse__Output } from './bank/v1/PropagateResponse.ts';
import type { QueryRequest as _bank_v1_QueryRequest, QueryRequest__Output as _bank_v1_QueryRequest__Output } from './bank/v1/QueryRequest.ts';
import type { QueryResponse as _bank_v1_QueryResponse, QueryResponse__Output as _bank_v1_QueryResponse__Output } from './bank/v1/QueryResponse.ts';
import type { RefusalRecord as _bank_v1_RefusalRecord, RefusalRecord__Output as _bank_v1_RefusalRecord__Output } from './bank/v1/RefusalRecord.ts';
import type { ReplicationServiceClient as _bank_v1_ReplicationServiceClient, ReplicationServiceDefinition as _bank_v1_ReplicationServiceDefinition } from './bank/v1/ReplicationService.ts';
import type { VersionVector as _bank_v1_VersionVector, VersionVector__Output as _bank_v1_VersionVector__Output } from './bank/v1/VersionVector.ts';
import type { WithdrawRequest as _bank_v1_WithdrawRequest, WithdrawRequest__Output as _bank_v1_WithdrawRequest__Output } from './bank/v1/WithdrawRequest.ts';
import type { WithdrawResponse as _bank_v1_WithdrawResponse, WithdrawResponse__Output as _bank_v1_WithdrawResponse__Output } from './bank/v1/WithdrawResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  bank: {
    v1: {
      AccountState: MessageTypeDefinition<_bank_v1_AccountState, _bank_v1_AccountState__Output>
      Acknowledgement: MessageTypeDefinition<_bank_v1_Acknowledgement, _bank_v1_Acknowledgement__Output>
      Action: EnumTypeDefinition
      BranchService: SubtypeConstructor<typeof grpc.Client, _bank_v1_BranchServiceClient> & { service: _bank_v1_BranchServiceDefinition }
      Change: EnumTypeDefinition
      CheckpointRecord: MessageTypeDefinition<_bank_v1_CheckpointRecord, _bank_v1_CheckpointRecord__Output>
      ClaimRequest: MessageTypeDefinition<_bank_v1_ClaimRequest, _bank_v1_ClaimRequest__Output>
      ClaimResponse: MessageTypeDefinition<_bank_v1_ClaimResponse, _bank_v1_ClaimResponse__Output>
      Command: MessageTypeDefinition<_bank_v1_Command, _bank_v1_Command__Output>
      CommandResult: MessageTypeDefinition<_bank_v1_CommandResult, _bank_v1_CommandResult__Output>
      DepositRequest: MessageTypeDefinition<_bank_v1_DepositRequest, _bank_v1_DepositRequest__Output>
      DepositResponse: MessageTypeDefinition<_bank_v1_DepositResponse, _bank_v1_DepositResponse__Output>
      EntriesRecord: MessageTypeDefinition<_bank_v1_EntriesRecord, _bank_v1_EntriesRecord__Output>
      Entry: MessageTypeDefinition<_bank_v1_Entry, _bank_v1_Entry__Output>
      ExecuteRequest: MessageTypeDefinition<_bank_v1_ExecuteRequest, _bank_v1_ExecuteRequest__Output>
      ExecuteResponse: MessageTypeDefinition<_bank_v1_ExecuteResponse, _bank_v1_ExecuteResponse__Output>
      FetchRequest: MessageTypeDefinition<_bank_v1_FetchRequest, _bank_v1_FetchRequest__Output>
      FetchResponse: MessageTypeDefinition<_bank_v1_FetchResponse, _bank_v1_FetchResponse__Output>
      Generation: MessageTypeDefinition<_bank_v1_Generation, _bank_v1_Generation__Output>
      Outcome: EnumTypeDefinition
      PropagateRequest: MessageTypeDefinition<_bank_v1_PropagateRequest, _bank_v1_PropagateRequest__Output>
      PropagateResponse: MessageTypeDefinition<_bank_v1_PropagateResponse, _bank_v1_PropagateResponse__Output>
      QueryRequest: MessageTypeDefinition<_bank_v1_QueryRequest, _bank_v1_QueryRequest__Output>
      QueryResponse: MessageTypeDefinition<_bank_v1_QueryResponse, _bank_v1_QueryResponse__Output>
      RefusalRecord: MessageTypeDefinition<_bank_v1_RefusalRecord, _bank_v1_RefusalRecord__Output>
      ReplicationService: SubtypeConstructor<typeof grpc.Client, _bank_v1_ReplicationServiceClient> & { service: _bank_v1_ReplicationServiceDefinition }
      VersionVector: MessageTypeDefinition<_bank_v1_VersionVector, _bank_v1_VersionVector__Output>
      WithdrawRequest: MessageTypeDefinition<_bank_v1_WithdrawRequest, _bank_v1_WithdrawRequest__Output>
      WithdrawResponse: MessageTypeDefinition<_bank_v1_WithdrawResponse, _bank_v1_WithdrawResponse__Output>
    }
  }
}

