// The unique ID of a request, made when it is first asked for: by a rule, for the server's header, or for the log.

import { withoutBrackets } from '../config/brackets.ts'
import { addressBytes } from '../config/network.ts'
import type { IdField, UniqueId } from '../config/options/unique-id.ts'
import type { Asked, Transaction } from './transaction.ts'
import type { Tools } from './tools.ts'
import { compileText, printable } from './samples.ts'
import type { View } from './view.ts'

/** Distinguishes identical requests: %rt and %pid. One for all frontends of an isolate. */
export interface Numbering {
  /** From 0. */
  next(): number
  /** A random number, drawn once, in place of a process ID, which a Worker does not have. */
  isolate(random: () => number): number
}

export function createNumbering(): Numbering {
  let requests = 0
  let own: number | undefined
  return {
    next: () => requests++,
    isolate: (random) => (own ??= 1 + Math.floor(random() * MAX_PID)),
  }
}

/** Linux's highest process ID. */
const MAX_PID = 4_194_303

export interface Begun {
  /** Unix milliseconds. */
  readonly startedMs: number
  readonly random: () => number
}

/** Returns a request's ID, the same at every call. */
export type Identify = (transaction: Transaction, view: View, begun: Begun) => () => string

export function createIdentify({ format }: UniqueId, numbering: Numbering, tools: Tools): Identify {
  const parts = format.map((part) => {
    if (typeof part === 'string') return () => part
    if ('variable' in part) return compileField(part)
    const text = compileText(part, tools)
    return ({ transaction, view }: Subject) => printable(text(transaction, view) ?? '')
  })
  return (transaction, view, { startedMs, random }) => {
    const number = numbering.next()
    let id: string | undefined
    return () => {
      if (id === undefined) {
        const subject = { transaction, view, startedMs, number, isolate: () => numbering.isolate(random) }
        id = parts.map((part) => part(subject)).join('')
      }
      return id
    }
  }
}

interface Subject {
  readonly transaction: Transaction
  readonly view: View
  readonly startedMs: number
  readonly number: number
  readonly isolate: () => number
}

function compileField({ variable, isHex }: IdField): (subject: Subject) => string {
  const digits = isHex ? hexadecimal : String
  const addressed = isHex ? hexAddress : (address: string) => address || '-'
  switch (variable) {
    case 'ci':
      return ({ transaction: { asked } }) => addressed(asked.clientAddress)
    case 'cp':
      return ({ transaction: { asked } }) => digits(asked.peerPort())
    case 'fi':
      return ({ transaction: { asked } }) => addressed(ownAddress(asked))
    case 'fp':
      return ({ transaction: { asked } }) => digits(asked.port())
    case 'Ts':
      return ({ startedMs }) => digits(Math.floor(startedMs / 1000))
    case 'rt':
      return ({ number }) => digits(number)
    case 'pid':
      return ({ isolate }) => digits(isolate())
    case 'f':
      return ({ transaction: { asked } }) => asked.frontend.name
    case 'HM':
      return ({ transaction: { asked } }) => asked.method
  }
}

/** The address of the bind that it came through: unknown if the bind listens everywhere. */
function ownAddress({ frontend, port }: Asked): string {
  const own = port()
  const bind = frontend.bind.find((each) => each.port === own)
  return !bind || bind.address === '*' ? '0.0.0.0' : withoutBrackets(bind.address)
}

function hexadecimal(number: number): string {
  return number.toString(16).toUpperCase().padStart(4, '0')
}

function hexAddress(address: string): string {
  const bytes = addressBytes(address)
  return bytes ? bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('') : '-'
}
