// The stamp as the documentation has it: what applications are told to do is what is tried.

import { readFileSync } from 'node:fs'

const text = readFileSync(new URL('../../docs/releases.md', import.meta.url), 'utf8')
export const STAMP = /^### The stamp$.*?^```js\n(.*?)^```$/ms.exec(text)![1]!

/** What an application has in its head: its release, and the stamp in a block of its own. */
export const headOf = (release: string) => `<meta name="release" content="${release}">\n<script>{\n${STAMP}}</script>`
