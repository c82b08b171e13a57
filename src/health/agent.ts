// What a server's agent says: one line of words between blanks, tabs and commas. HAProxy: configuration manual 5.2 "agent-check".

import type { AdminState } from '../server/states.ts'
import { isAdminState } from '../server/states.ts'
import { CHECK_TEXT } from './check.ts'
import type { CheckCode } from './check.ts'

/** What the words ask for; what they do not name stays as it is. Of words that say opposite things, the last one counts. */
export interface AgentWords {
  readonly state?: AdminState
  readonly health?: 'up' | 'down'
  /** Percent of the configured weight. */
  readonly weightPercent?: number
}

/** As a check's; `CHECKED`: it said nothing about whether the server is up. */
export type AgentCode = CheckCode | 'CHECKED'

/** Management manual 9.1, "agent_desc". */
export const AGENT_TEXT: Readonly<Record<AgentCode, string>> = { ...CHECK_TEXT, CHECKED: 'No status change' }

export interface AgentResult {
  readonly code: AgentCode
  /** In HAProxy's words: `via agent : down (out of disk)`. */
  readonly said: string
  readonly durationMs: number
}

export interface AgentReply {
  readonly words: AgentWords
  readonly result: AgentResult
}

/** What is kept about a server's agent. */
export interface AgentRecord {
  /** It said that the server is down, and has not said that it is up since. */
  readonly isDown: boolean
  /** An operator told us not to ask it. */
  readonly isOff: boolean
  readonly result: AgentResult | null
}

export const NEW_AGENT: AgentRecord = { isDown: false, isOff: false, result: null }

const HEALTH_WORDS: Readonly<Record<string, 'up' | 'down'>> = { up: 'up', down: 'down', stopped: 'down', fail: 'down' }

/** `line`: without its end. */
export function readAgentLine(line: string, durationMs: number): AgentReply {
  const [said = '', about] = split(line)
  let words: AgentWords = {}
  let healthWord: string | undefined
  let wrong: string | undefined
  let warning: string | undefined
  for (const word of said.split(/[\t ,]+/).filter(Boolean)) {
    const lower = word.toLowerCase()
    const health = Object.hasOwn(HEALTH_WORDS, lower) ? HEALTH_WORDS[lower] : undefined
    if (health !== undefined) {
      healthWord = word
      words = { ...words, health }
    } else if (isAdminState(lower)) words = { ...words, state: lower }
    else if (/^\d+%$/.test(word)) words = { ...words, weightPercent: Number(word.slice(0, -1)) }
    else if (/^\d.*%/.test(word)) warning = 'Trailing garbage in weight string'
    else if (lower.startsWith('maxconn:')) warning = 'a maxconn is not changed while it is in force'
    else wrong ??= word
  }
  const code = words.health === undefined ? 'CHECKED' : words.health === 'up' ? 'L7OK' : 'L7STS'
  const described =
    healthWord !== undefined
      ? `via agent : ${healthWord}`
      : wrong !== undefined
        ? `agent reports an error : ${wrong}`
        : warning !== undefined
          ? `agent warns : ${warning}`
          : ''
  const text = about === undefined || described === '' ? described : `${described} (${about})`
  return { words, result: { code, said: text.slice(0, MAX_SAID), durationMs } }
}

/** It could not be asked, or did not answer: nothing changes, because checks say whether the server is there. */
export function agentFailure(code: CheckCode, said: string, durationMs: number): AgentReply {
  return { words: {}, result: { code, said, durationMs } }
}

/** It goes into storage and onto pages. */
const MAX_SAID = 200

/** The words, and what follows a word that begins with `#`. */
function split(line: string): readonly [string, string?] {
  const at = line.search(/(?:^|[\t ,])#/)
  if (at === -1) return [line]
  const sharp = line.indexOf('#', at)
  return [line.slice(0, sharp), line.slice(sharp + 1).trim()]
}
