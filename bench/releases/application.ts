// An application as `npm run releases:matrix` builds and starts it: once a release, each in a directory of its own below the one with its packages.

export interface Application {
  readonly name: string
  /** Of npm, with exact versions. */
  readonly packages: Readonly<Record<string, string>>
  /** Sources by path. */
  files(release: string): Readonly<Record<string, string>>
  readonly build?: readonly string[]
  /** In the directory of the release; `PORT` and `HOST` are set. */
  start(port: number): readonly string[]
  /** The application says its release in requests, if Limpet listens to it: by the framework's means, or by the stamp. */
  readonly says: 'ids' | 'stamp' | 'nothing'
}

/** Browser code that all have in common: a value for the route `data`, and what `order` sends. */
export const ORDER = (release: string) => `
  const answer = await fetch('/api/order', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ release: '${release}' }),
  })
  if (!answer.ok) throw new Error('refused')`

/** Adds to what came of clicks. */
export const WENT = `const went = (text) => { window.went = (window.went ?? '') + text + ';' }`

/** Says whether data that came for the route are of the page's own release. */
export const ARRIVED = (release: string, data: string) => `went(${data} === '${release}' ? 'data' : 'mixed')`

/** The script that is loaded on demand. What nobody uses, bundlers drop, and the file would be the same in both releases. */
export const LATE = (release: string) => `globalThis.late = 'late of ${release}'\n`
