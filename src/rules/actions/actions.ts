// Every action, under the name that it has in a rule's `do`.

export { auth, deny, redirect, redirectScheme, respond as return, useBackend } from './endings.ts'
export { addHeader, delHeader, replaceHeader, setHeader } from './headers.ts'
export { disableL7Retry } from './retries.ts'
export { replacePath, replacePathq, setPath, setQuery } from './target.ts'
export { setVar, unsetVar } from './variables.ts'
