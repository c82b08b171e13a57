// The agent of a server: a small service beside the application that says in words how much the server can take, and when it wants
// to leave. HAProxy: configuration manual 5.2 "agent-check". What its words mean is in health/agent.ts.

import * as v from 'valibot'

import { duration, integer, text } from '../fields.ts'
import { option, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { host } from './check.ts'

const agentUrl = v.pipe(
  v.string("must be a URL such as 'https://app1.example.com/agent'"),
  v.check(isHttpUrl, "must be a URL such as 'https://app1.example.com/agent', without a user name or password"),
)

export const agentOptions = {
  /**
   * TCP port on which the agent answers with one line, such as `up 50%`.
   * @example port: 9777
   */
  port: option(integer(1, 65_535), { default: null, word: 'agent-port' }),
  /**
   * Host of the agent, in place of the server's own.
   * @example addr: '10.0.0.9'
   */
  addr: option(host, { default: null, word: 'agent-addr' }),
  /**
   * URL that answers as an agent does, in place of a port: the first line of what it returns counts.
   * @example url: 'https://app1.example.com/agent'
   */
  url: option(agentUrl, { default: null }),
  /** Time between two questions, and how long an answer may take. */
  inter: option(duration(100), { default: '2s', unit: 'ms', word: 'agent-inter' }),
  /**
   * Sent to the agent when its port has opened, as it is written.
   * @example send: 'app1\n'
   */
  send: option(text, { default: null, word: 'agent-send' }),
}

export type AgentInput = Written<typeof agentOptions>
export type AgentConfig = Values<typeof agentOptions>

export function resolveAgent(input: AgentInput | null, profile: Profile): AgentConfig | null {
  return input && valuesOf(agentOptions, input, profile)
}

function isHttpUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}
