// Every action, under the name that it has in a rule's `do`.

export { capture } from './capture.ts'
export { scCountRequest, scIncGpc, scSetGpt, trackSc } from './counters.ts'
export { allow, auth, deny, redirect, redirectScheme, respond as return, useBackend, useService } from './endings.ts'
export { addHeader, delHeader, replaceHeader, replaceValue, setHeader } from './headers.ts'
export { addAcl, delAcl, delMap, setMap } from './lists.ts'
export { setLogLevel, setSrc } from './record.ts'
export { disableL7Retry } from './retries.ts'
export { setStatus } from './response.ts'
export { replacePath, replacePathq, setMethod, setPath, setPathq, setQuery, setUri } from './target.ts'
export { setTimeout, tarpit, waitForBody } from './waiting.ts'
export { setVar, unsetVar } from './variables.ts'
