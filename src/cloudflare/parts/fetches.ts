// What samples begin with, each under its name.

export * from '../../rules/fetches/fetches.ts'
