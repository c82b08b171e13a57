// Words of HAProxy 1.3 to 2.4 that 2.6 refuses. A file of that time means what it meant: each is translated where a word of today says
// the same, with that word in the message; where none does, it is named.

import type { ConditionInput } from '../rules/condition.ts'
import type { Duration } from '../duration.ts'
import { isNetwork } from '../network.ts'
import { isIf } from './acl.ts'
import type { AclPorts } from './acl.ts'
import type { Draft } from './draft.ts'
import { parseSample } from './haproxy-samples.ts'
import { differs, failed } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { READY } from './monitor.ts'
import { OLD_RULES, REFUSED_BY_26 } from './old-rules.ts'
import { unknownWord } from './read-line.ts'
import { parseTime } from './time.ts'

type Handler = (words: readonly string[], draft: Draft, ports: AclPorts) => Outcome

/** `redispatch` for `option redispatch`. */
function renamed(today: string, apply: Handler): Handler {
  return (words, draft, ports) => {
    const outcome = apply(words, draft, ports)
    const isTaken = outcome.status === 'translated' || outcome.status === 'platform' || outcome.status === 'differs'
    const said = `${REFUSED_BY_26}: write ${today}`
    return isTaken ? differs(said) : { ...outcome, message: `${outcome.message}; ${said}` }
  }
}

/** `timeout`, `option` and the rest are handed in: they are keywords themselves. */
export function oldWords({
  timeout,
  option,
  block,
  reqadd,
  rspadd,
}: Readonly<Record<'timeout' | 'option' | 'block' | 'reqadd' | 'rspadd', Handler>>): Readonly<Record<string, Handler>> {
  const timeouts = { contimeout: 'connect', clitimeout: 'client', srvtimeout: 'server' }
  return {
    ...Object.fromEntries(
      Object.entries(timeouts).map(([word, name]) => [
        word,
        renamed(`timeout ${name}`, ([time = '', ...more], draft, ports) =>
          more.length > 0 ? failed(`unexpected '${more[0]}' after ${word}`) : timeout([name, time], draft, ports),
        ),
      ]),
    ),
    redispatch: renamed('option redispatch', (words, draft, ports) => option(['redispatch', ...words], draft, ports)),
    block: renamed('http-request deny', block),
    reqadd: renamed('http-request add-header', reqadd),
    rspadd: renamed('http-response add-header', rspadd),
    grace: () => differs(`${REFUSED_BY_26}: remove it; how long a stop may take is said by limpet serve --drain`),
    'monitor-net': applyMonitorNet,
    appsession: applyAppsession,
    ...Object.fromEntries(OLD_RULES),
  }
}

/** Clients of the network get the page of `monitor-uri`, whatever they ask for. */
function applyMonitorNet([network = '', ...more]: readonly string[], draft: Draft): Outcome {
  if (!isNetwork(network) || more.length > 0) return failed('monitor-net needs one network, such as 10.0.0.0/24')
  const clients: ConditionInput = { src: [network] }
  draft.monitorNet.push({ if: clients, do: READY })
  return differs(`${REFUSED_BY_26}: write http-request return status 200 if { src ${network} }`)
}

const MODES = ['path-parameters', 'query-string']

/** `appsession NAME len LENGTH timeout TIME [request-learn] [prefix] [mode path-parameters|query-string]`. */
function applyAppsession(words: readonly string[], draft: Draft): Outcome {
  const [name = '', ...options] = words
  const wrong = (problem: string) =>
    failed(
      `appsession ${problem}; ${REFUSED_BY_26}: write stick store-response res.cook(${name || 'NAME'}) and a stick-table`,
    )
  let len: number | undefined
  let expire: Duration | undefined
  let mode = MODES[0]!
  let learns = false
  for (let i = 0; i < options.length; i++) {
    const [word = '', value = ''] = options.slice(i)
    if (word === 'request-learn') {
      learns = true
      continue
    }
    i += 1
    if (word === 'len' && /^[1-9]\d{0,3}$/.test(value)) len = Number(value)
    else if (word === 'timeout' && parseTime(value) !== undefined) expire = parseTime(value)
    else if (word === 'mode' && MODES.includes(value)) mode = value
    else if (word === 'prefix') return wrong('prefix is not available')
    else return wrong(unknownWord('option', word, ['len', 'timeout', 'request-learn', 'prefix', 'mode']))
  }
  if (!parseSample(`req.cook(${name})`) || name === '' || isIf(name)) return wrong('needs the name of a cookie')
  if (len === undefined || expire === undefined) return wrong('needs len LENGTH and timeout TIME')
  if (draft.backend.stickTable !== undefined) return wrong('cannot stand beside a stick-table')
  const parameter = mode === 'query-string' ? `url_param(${name})` : `url_param(${name},;)`
  const verb = learns ? 'on' : 'match'
  draft.backend.stickTable = { type: 'string', len, size: '200k', expire }
  draft.backend.stick = [
    ...(draft.backend.stick ?? []),
    { storeResponse: `res.cook(${name})` },
    { [verb]: `req.cook(${name})` },
    { [verb]: parameter },
  ]
  return differs(
    `${REFUSED_BY_26}: write stick-table type string len ${len} size 200k expire ${expire}, stick store-response res.cook(${name}), stick ${verb} req.cook(${name}) and stick ${verb} ${parameter}`,
  )
}
