// The clients of a cell: browsers with a jar, browsers that also hold a WebSocket, and clients that keep nothing and send a key. Each has an
// address and kept connections, asks again and again, and notices when its session is another.

import { Agent, request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import { WebSocket } from 'ws'

import type { CellRecord } from './record.ts'
import { KEY_HEADER } from './setting.ts'

export type ClientKind = 'cookies' | 'keys'

/** From one request of a client to its next. */
const PAUSE_MS = 400
const ANSWER_MS = 8000

export interface ClientOptions {
  readonly kind: ClientKind
  /** Holds a WebSocket once it has a session. */
  readonly hasSocket: boolean
  readonly address: string
  /** Of balancers, asked in turns. */
  readonly ports: readonly number[]
  readonly record: CellRecord
  /** How many first requests it sends at once. */
  readonly firstRequests: number
  /** How long a session lasts before the user closes the browser and another user comes; undefined: for ever. */
  readonly sessionMs?: (() => number) | undefined
}

let clients = 0

interface Answer {
  /** Of the session. */
  readonly id: string
  readonly headers: IncomingHttpHeaders
}

export class Client {
  readonly #options: ClientOptions
  readonly #over = new AbortController()
  #address: string
  #agent: Agent
  #jar = new Map<string, string>()
  #key = ''
  #id: string | undefined
  /** Its sessions so far. */
  #met = new Set<string>()
  #answers = 0
  #endsMs = Infinity
  #turn = 0
  #socket: WebSocket | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.#address = options.address
    this.#agent = agentOf(options.address)
    this.#begin()
  }

  /** Until it is told to stop. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.firstRequests }, () => this.#ask()))
    while (!this.#over.signal.aborted) {
      await pass(PAUSE_MS * (0.75 + Math.random() / 2))
      if (Date.now() > this.#endsMs) this.#begin()
      await (this.#options.hasSocket && this.#id !== undefined ? this.#askBySocket() : this.#ask())
    }
    this.#socket?.terminate()
    this.#agent.destroy()
  }

  stop(): void {
    this.#over.abort()
  }

  move(address: string): void {
    this.#agent.destroy()
    this.#address = address
    this.#agent = agentOf(address)
    this.#socket?.terminate()
  }

  /** Another user: nothing is left of the one before. */
  #begin(): void {
    clients += 1
    this.#jar = new Map()
    this.#key = `key-${clients}-${Math.random().toString(36).slice(2)}`
    this.#id = undefined
    this.#met = new Set()
    this.#socket?.terminate()
    this.#socket = undefined
    this.#agent.destroy()
    const { sessionMs } = this.#options
    this.#endsMs = sessionMs ? Date.now() + sessionMs() : Infinity
  }

  async #ask(): Promise<void> {
    const { record } = this.#options
    const fromMs = performance.now()
    try {
      const { id, headers } = await this.#exchange()
      // Together, so that of answers that cross the session and the cookies are those of the same one.
      this.#keep(headers)
      this.#noticed(id, performance.now() - fromMs)
    } catch (error) {
      record.failed(reasonOf(error))
    }
  }

  #noticed(id: string, tookMs: number): void {
    const { kind, record, firstRequests } = this.#options
    const before = this.#id
    this.#id = id
    this.#answers += 1
    record.answered(this, id, before === undefined, tookMs)
    const isKnown = this.#met.has(id)
    this.#met.add(id)
    if (before === undefined || isKnown) return
    // Of several first requests without a key each begins a session, with one server, too. The last answer's cookies count.
    if (kind === 'cookies' && this.#answers <= firstRequests) return
    record.lost(before)
  }

  /** A kept connection that the other side has closed says nothing: browsers send the request again, once. */
  async #exchange(): Promise<Answer> {
    try {
      return await this.#send()
    } catch (error) {
      if (!(error as { isReused?: boolean }).isReused) throw error
      return await this.#send()
    }
  }

  #send(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({
        host: '127.0.0.1',
        port: this.#port(),
        path: '/cart',
        agent: this.#agent,
        headers: this.#headers(),
        signal: AbortSignal.timeout(ANSWER_MS),
      })
      sent.on('response', (response) => {
        const { headers } = response
        text(response).then(
          (id) =>
            response.statusCode === 200 ? resolve({ id, headers }) : reject(new Error(`status ${response.statusCode}`)),
          reject,
        )
      })
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const isReused = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
        reject(Object.assign(error, { isReused }))
      })
      sent.end()
    })
  }

  /** A WebSocket that ends is opened again, as applications do; what fails is one that cannot be opened. */
  async #askBySocket(mayOpenAgain = true): Promise<void> {
    const { record } = this.#options
    const fromMs = performance.now()
    try {
      this.#socket ??= await this.#openSocket()
    } catch (error) {
      return record.failed(`WebSocket: ${reasonOf(error)}`)
    }
    const socket = this.#socket
    try {
      const id = await answerOf(socket)
      this.#noticed(id, performance.now() - fromMs)
    } catch (error) {
      socket.terminate()
      this.#socket = undefined
      if (mayOpenAgain) await this.#askBySocket(false)
      else record.failed(`WebSocket: ${reasonOf(error)}`)
    }
  }

  #openSocket(): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${this.#port()}/live`, {
        localAddress: this.#address,
        headers: this.#headers(),
        handshakeTimeout: ANSWER_MS,
      })
      socket.on('upgrade', ({ headers }) => this.#keep(headers))
      socket.on('open', () => resolve(socket))
      socket.on('error', reject)
      socket.on('close', () => {
        if (this.#socket === socket) this.#socket = undefined
      })
    })
  }

  #port(): number {
    const { ports } = this.#options
    return ports[this.#turn++ % ports.length]!
  }

  #headers(): Record<string, string> {
    if (this.#options.kind === 'keys') return { [KEY_HEADER]: this.#key }
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ')
    return cookie === '' ? {} : { cookie }
  }

  #keep(headers: IncomingHttpHeaders): void {
    for (const line of headers['set-cookie'] ?? []) {
      const [pair, ...attributes] = line.split(';')
      const at = pair!.indexOf('=')
      const isDeletion = attributes.some((each) => /^ *max-age=0 *$/i.test(each))
      if (isDeletion) this.#jar.delete(pair!.slice(0, at))
      else this.#jar.set(pair!.slice(0, at), pair!.slice(at + 1))
    }
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}

function agentOf(localAddress: string): Agent {
  return new Agent({ keepAlive: true, localAddress })
}

function answerOf(socket: WebSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), ANSWER_MS)
    const ended = () => {
      clearTimeout(timer)
      reject(new Error('closed'))
    }
    socket.once('close', ended)
    socket.once('message', (id: Buffer) => {
      clearTimeout(timer)
      socket.off('close', ended)
      resolve(id.toString())
    })
    socket.send('who am I?', (error) => {
      if (error) ended()
    })
  })
}
