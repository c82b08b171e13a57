// What samples become, each under its name.

export * from '../../rules/converters/converters.ts'
