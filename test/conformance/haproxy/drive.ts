// All scenarios in one configuration, each with a port of its own, and the requests made of whoever listens there.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import * as http from 'node:http'
import type { IncomingMessage } from 'node:http'
import * as https from 'node:https'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import { cookieDate, normaliseHeaders } from './normalise.ts'
import type { Origins } from './origins.ts'
import type { Scenario, Seen, Step } from './scenario.ts'

/** The file that both are given. */
export function configText(
  scenarios: readonly Scenario[],
  ports: readonly number[],
  origins: Pick<Origins, 'addresses'>,
  directory: string,
): string {
  const common = [
    'defaults',
    '  mode http',
    '  timeout connect 1s',
    '  timeout client 10s',
    '  timeout server 10s',
    '  timeout check 1s',
    '',
  ]
  const sections = scenarios.flatMap(({ name, cfg }, i) => {
    const bind = `127.0.0.1:${ports[i]}`
    const isWhole = cfg.some((line) => line.includes('{bind}'))
    const lines = isWhole ? cfg : [`listen {id}`, `  bind {bind}`, ...cfg.map((line) => `  ${line}`)]
    return [
      ...lines.map((line) =>
        filled(line, { ...origins.addresses, id: idOf(name), bind, port: String(ports[i]), dir: directory }),
      ),
      '',
    ]
  })
  return [...common, ...sections].join('\n')
}

/** A section's name: the same wherever its scenario stands, since answers and recordings may hold it. */
export function idOf(name: string): string {
  return `s${createHash('sha256').update(name).digest('hex').slice(0, 12)}`
}

function filled(line: string, values: Readonly<Record<string, string>>): string {
  return line.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole)
}

/** What every request has. */
const OF_A_CLIENT: NonNullable<Step['headers']> = [['Host', 'www.example.com']]

/** `headersOf`: what every request of a scenario has. */
export async function drive(
  scenarios: readonly Scenario[],
  ports: readonly number[],
  origins: Origins,
  headersOf: (scenario: Scenario) => NonNullable<Step['headers']> = () => OF_A_CLIENT,
) {
  const seen: Record<string, readonly Seen[]> = {}
  for (const [i, scenario] of scenarios.entries()) {
    if (scenario.isAligned) await untilDateChanged()
    const jar = new Map<string, string>()
    const steps: Seen[] = []
    for (const step of scenario.steps) {
      if (step.waitMs !== undefined) await pass(step.waitMs)
      const startedMs = performance.now()
      const { seen: saw } = await ask(step, ports[i]!, jar, origins, scenario.from, headersOf(scenario))
      const tookS = Math.round((performance.now() - startedMs) / 1000)
      steps.push(scenario.isTimed ? { ...saw, tookS } : saw)
    }
    seen[scenario.name] = steps
  }
  return seen
}

/**
 * A date is rounded up to a multiple of 4 seconds: it changes a second after one, and then not for four. A timer may fire
 * a moment early and clocks differ by as much, so nothing begins right at the change.
 */
async function untilDateChanged(): Promise<void> {
  const sinceChangeMs = () => (Date.now() + 3000) % 4000
  while (sinceChangeMs() < 100 || sinceChangeMs() > 1000) await pass(20)
}

/** `given`: the cookies that the client was given, as it would send them back. */
export async function ask(
  step: Step,
  port: number,
  jar: Map<string, string>,
  origins: Origins,
  from?: string,
  common: NonNullable<Step['headers']> = OF_A_CLIENT,
): Promise<{ readonly seen: Seen; readonly given: readonly string[] }> {
  origins.take()
  const cookies = [
    ...(step.cookie === undefined ? [] : [dated(step.cookie)]),
    ...(step.jar ? [...jar].map(([name, value]) => `${name}=${value}`) : []),
  ]
  const headers = [
    ...common,
    ...(step.headers ?? []).map(([name, value]) => [name, dated(value)]),
    ...(cookies.length > 0 ? [['Cookie', cookies.join('; ')]] : []),
    ...(step.answer ? [['X-Answer', JSON.stringify(step.answer)]] : []),
    ...(step.body === undefined
      ? []
      : [['Content-Length', String(step.body.length + (step.bodyLater?.text.length ?? 0))]]),
  ].flat()
  const [, host = ''] = [...common, ...(step.headers ?? [])].findLast(([name]) => name.toLowerCase() === 'host') ?? []
  const sent = (step.tls ? https : http).request({
    ...(step.tls ? { rejectUnauthorized: false, servername: host.replace(/:.*/, '') } : {}),
    host: step.address ?? '127.0.0.1',
    port,
    path: step.path ?? '/',
    method: step.method ?? 'GET',
    headers: headers as unknown as Record<string, string>,
    agent: false,
    ...(from === undefined ? {} : { localAddress: from }),
  })
  const { bodyLater } = step
  if (bodyLater) {
    sent.write(step.body ?? '')
    // An answer may come before.
    setTimeout(() => sent.end(bodyLater.text), bodyLater.afterMs)
    sent.on('error', () => undefined)
  } else sent.end(step.body)
  const response = await once(sent, 'response').then(
    ([answered]) => answered as IncomingMessage,
    () => undefined,
  )
  if (!response) return { seen: CLOSED, given: [] }
  const body = await text(response)
  for (const line of response.headers['set-cookie'] ?? []) {
    const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
    if (/expires=thu, 01-jan-1970/i.test(line)) jar.delete(name)
    else jar.set(name, value)
  }
  const server = response.headers['x-origin'] as string | undefined
  const asked = origins.take()
  const received = asked.at(-1)
  const seen: Seen = {
    ...(asked.length > 1 ? { asked: asked.map((one) => one.server) } : {}),
    server: server ?? null,
    received: received
      ? { method: received.method, url: received.url, headers: normaliseHeaders(received.rawHeaders) }
      : null,
    status: response.statusCode!,
    headers: normaliseHeaders(response.rawHeaders),
    body: server === undefined && !step.comparesBody ? '' : body,
  }
  return { seen, given: (response.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]!) }
}

export const CLOSED: Seen = { server: null, received: null, status: 0, headers: [], body: '' }

function dated(value: string): string {
  return value.replaceAll(/\{date:(-?\d+)\}/g, (_, offsetS: string) => cookieDate(Number(offsetS)))
}
