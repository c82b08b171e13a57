// Every action, under the name that it has in a rule's `do`.

export { allow, auth, deny, redirect, redirectScheme, respond as return, useBackend } from './endings.ts'
export { scCountRequest, scIncGpc, scSetGpt, trackSc } from './counters.ts'
export { addHeader, delHeader, replaceHeader, replaceValue, setHeader } from './headers.ts'
export { setLogLevel, setSrc } from './record.ts'
export { disableL7Retry } from './retries.ts'
export { setStatus } from './response.ts'
export { replacePath, replacePathq, setMethod, setPath, setPathq, setQuery, setUri } from './target.ts'
export { setVar, unsetVar } from './variables.ts'
