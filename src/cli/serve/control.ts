// Calls of this process to the Worker in a workerd (cloudflare/serve/served-worker.ts's Control), through its Unix socket.

import { request } from 'node:http'
import { text } from 'node:stream/consumers'

export type ControlCall = 'scheduled' | 'start' | 'accept' | 'flush' | 'settle' | 'check' | 'withdraw'

/** Returns the answer's text. Rejects if there is nobody, or with what the Worker says went wrong. */
export function callControl(socketPath: string, call: ControlCall, body?: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: `/${call}`, method: 'POST', agent: false }, (response) => {
      text(response).then(
        (said) => (response.statusCode === 200 ? resolve(said) : reject(new Error(said))),
        (error: unknown) => reject(error as Error),
      )
    })
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}
