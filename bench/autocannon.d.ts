// autocannon ships no types; this is the part of it that load.ts uses.

declare module 'autocannon' {
  export interface Request {
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
  }

  export interface Client {
    setRequests(requests: readonly Request[]): void
  }

  export interface Options {
    readonly url: string
    readonly connections: number
    /** Seconds. */
    readonly duration: number
    /** Milliseconds between two looks at whether the duration is over. */
    readonly sampleInt: number
    /** Seconds. */
    readonly timeout: number
    readonly setupClient: (client: Client) => void
  }

  export interface Result {
    readonly errors: number
    readonly timeouts: number
    readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>
  }

  export interface Run extends PromiseLike<Result> {
    stop(): void
    on(event: 'start', listener: () => void): void
    on(event: 'response', listener: (client: Client, status: number, bytes: number, ms: number) => void): void
  }

  export default function autocannon(options: Options): Run
}
