// Original file: bank/v1/branch_service.proto

export const Action = {
  ACTION_UNSPECIFIED: 'ACTION_UNSPECIFIED',
  ACTION_DEPOSIT: 'ACTION_DEPOSIT',
  ACTION_WITHDRAW: 'ACTION_WITHDRAW',
  ACTION_QUERY: 'ACTION_QUERY',
} as const;

export type Action =
  | 'ACTION_UNSPECIFIED'
  | 0
  | 'ACTION_DEPOSIT'
  | 1
  | 'ACTION_WITHDRAW'
  | 2
  | 'ACTION_QUERY'
  | 3

export type Action__Output = typeof Action[keyof typeof Action]
