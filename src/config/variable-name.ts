// Names of variables: a scope, a dot, and a name. In a file of its own, because a Worker asks, too.

const VARIABLE = /^(?:proc|sess|txn|req|res|check)\.[A-Za-z0-9_.]+$/

export function isVariableName(text: string): boolean {
  return VARIABLE.test(text)
}
