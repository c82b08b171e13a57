// The steps of a scenario, asked of a balancer in this process, and what was seen of each, as conformance/haproxy/drive.ts sees it.
// Timers are fake: the clock stands still while something happens, so a busy machine makes nothing late.

import { vi } from 'vitest'

import type { Arrival } from '../../src/balancer/reception/arrival.ts'
import { ARRIVAL, hasBody, refuses } from '../../src/balancer/testing.ts'
import type { Held, Sent, Serve } from '../../src/balancer/testing.ts'
import { CLOSED } from '../conformance/haproxy/drive.ts'
import { echoed } from '../conformance/haproxy/origins.ts'
import { cookieDate, normaliseHeaders } from '../conformance/haproxy/normalise.ts'
import type { Answer, Scenario, Seen, Step } from '../conformance/haproxy/scenario.ts'

/** An origin that does what a request tells it in its X-Answer header. */
export function serveAsTold(origin: string): Serve {
  return async ({ headers, method, body }) => {
    const told = JSON.parse(headers.get('x-answer') ?? '{}') as Step['answer'] & object
    const {
      status = 200,
      headers: own = [],
      afterMs,
      echoes = false,
      body: written,
      bodyLater,
    } = (origin in told ? told[origin as keyof typeof told] : told) as Answer
    const answer = new Headers([['x-origin', origin]])
    for (const [name, value] of own) answer.append(name, value)
    if (afterMs !== undefined) await new Promise((resolve) => setTimeout(resolve, afterMs))
    const text = echoes
      ? echoed(Buffer.from(await new Response(body).arrayBuffer()).toString('latin1'))
      : (written ?? `from ${origin}`)
    if (written !== undefined) answer.set('content-length', String(text.length + (bodyLater?.text.length ?? 0)))
    const sent = bodyLater ? partsOf(text, bodyLater) : bytesOf(text)
    return new Response(hasBody(status) && method !== 'HEAD' ? sent : null, {
      status,
      headers: answer,
    })
  }
}

function partsOf(first: string, { afterMs, text }: NonNullable<Answer['bodyLater']>): ReadableStream {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(bytesOf(first))
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      controller.enqueue(bytesOf(text))
      controller.close()
    },
  })
}

/** `jar`: what the client was given before. */
export async function askInProcess(
  scenario: Scenario,
  held: Held,
  socket: Arrival['socket'],
  jar = new Map<string, string>(),
): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  for (const step of scenario.steps) {
    if (step.waitMs !== undefined) await vi.advanceTimersByTimeAsync(step.waitMs)
    const arrival = { ...ARRIVAL, peerAddress: scenario.from ?? '127.0.0.1', socket }
    seen.push(await whenIdle(ask(step, held, arrival, jar)))
  }
  return seen
}

/** Real time in which nothing has come of some work before its next timer fires: far more than a hash takes. */
const IDLE_MS = 50

async function whenIdle<T>(work: Promise<T>): Promise<T> {
  const progress = { isOver: false }
  const ended = work.finally(() => (progress.isOver = true))
  for (let sinceMs = performance.now(); !progress.isOver;) {
    await new Promise((resolve) => setImmediate(resolve))
    if (progress.isOver || performance.now() - sinceMs < IDLE_MS) continue
    await vi.advanceTimersToNextTimerAsync()
    sinceMs = performance.now()
  }
  return ended
}

async function ask(step: Step, held: Held, arrival: Arrival, jar: Map<string, string>): Promise<Seen> {
  const before = held.sent.length
  const cookies = [
    ...(step.cookie === undefined ? [] : [dated(step.cookie)]),
    ...(step.jar ? [...jar].map(([name, value]) => `${name}=${value}`) : []),
  ]
  const headers = new Headers([['host', 'www.example.com']])
  for (const [name, value] of step.headers ?? []) {
    if (name.toLowerCase() === 'host') headers.set(name, dated(value))
    else headers.append(name, dated(value))
  }
  if (cookies.length > 0) headers.append('cookie', cookies.join('; '))
  if (step.answer) headers.set('x-answer', JSON.stringify(step.answer))
  if (step.body !== undefined)
    headers.set('content-length', String(step.body.length + (step.bodyLater?.text.length ?? 0)))
  const method = step.method ?? 'GET'
  const request = new Request(`${step.tls ? 'https' : 'http'}://${headers.get('host')}${step.path ?? '/'}`, {
    method,
    headers,
    redirect: 'manual',
    ...(step.body === undefined || method === 'GET' || method === 'HEAD' ? {} : { body: bodyOf(step), duplex: 'half' }),
  } as RequestInit)
  const response = await held.handle(request, arrival)
  // Nothing of it is sent to HEAD.
  const body = method === 'HEAD' ? '' : await response.text().catch(() => undefined)
  // A body that fails before its first byte closes the connection, with nothing sent.
  if (body === undefined) return CLOSED
  for (const line of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
    if (/expires=thu, 01-jan-1970/i.test(line)) jar.delete(name)
    else jar.set(name, value)
  }
  const origin = response.headers.get('x-origin')
  const asked = held.sent.slice(before)
  const reached = asked.filter(({ server }) => held.servers.get(server) !== refuses)
  return {
    ...(reached.length > 1 ? { asked: reached.map(({ server }) => server) } : {}),
    server: origin,
    received: receivedOf(reached.at(-1)),
    status: response.status,
    headers: normaliseHeaders(wireOf(response.headers)),
    body: origin === null && !step.comparesBody ? '' : body,
  }
}

function receivedOf(sent: Sent | undefined): Seen['received'] {
  if (!sent) return null
  const { method, url, headers } = sent
  const all = new Headers(headers)
  all.set('host', url.host)
  return { method, url: url.href.slice(url.origin.length), headers: normaliseHeaders(wireOf(all)) }
}

/** As workerd writes them: UTF-8, which node:http reads byte by byte. */
function wireOf(headers: Headers): readonly string[] {
  return [...headers].flat().map((each) => Buffer.from(each).toString('latin1'))
}

function bodyOf({ body = '', bodyLater }: Step): BodyInit {
  if (!bodyLater) return bytesOf(body)
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(bytesOf(body))
      await new Promise((resolve) => setTimeout(resolve, bodyLater.afterMs))
      controller.enqueue(bytesOf(bodyLater.text))
      controller.close()
    },
  })
}

/** Of a text, Request and Response would say the type. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

function dated(value: string): string {
  return value.replaceAll(/\{date:(-?\d+)\}/g, (_, offsetS: string) => cookieDate(Number(offsetS)))
}
