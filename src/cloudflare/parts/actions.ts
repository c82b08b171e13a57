// What rules do, each under its name.

export * from '../../rules/actions/actions.ts'
