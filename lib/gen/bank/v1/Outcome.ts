// Original file: bank/v1/branch_service.proto

export const Outcome = {
  OUTCOME_UNSPECIFIED: 'OUTCOME_UNSPECIFIED',
  OUTCOME_SUCCESS: 'OUTCOME_SUCCESS',
  OUTCOME_INSUFFICIENT_FUNDS: 'OUTCOME_INSUFFICIENT_FUNDS',
  OUTCOME_BALANCE_LIMIT: 'OUTCOME_BALANCE_LIMIT',
} as const;

export type Outcome =
  | 'OUTCOME_UNSPECIFIED'
  | 0
  | 'OUTCOME_SUCCESS'
  | 1
  | 'OUTCOME_INSUFFICIENT_FUNDS'
  | 2
  | 'OUTCOME_BALANCE_LIMIT'
  | 3

export type Outcome__Output = typeof Outcome[keyof typeof Outcome]
