// Original file: bank/v1/replication_service.proto

export const Change = {
  CHANGE_UNSPECIFIED: 'CHANGE_UNSPECIFIED',
  CHANGE_DEPOSIT: 'CHANGE_DEPOSIT',
  CHANGE_WITHDRAWAL: 'CHANGE_WITHDRAWAL',
  CHANGE_GRANT: 'CHANGE_GRANT',
} as const;

export type Change =
  | 'CHANGE_UNSPECIFIED'
  | 0
  | 'CHANGE_DEPOSIT'
  | 1
  | 'CHANGE_WITHDRAWAL'
  | 2
  | 'CHANGE_GRANT'
  | 3

export type Change__Output = typeof Change[keyof typeof Change]
