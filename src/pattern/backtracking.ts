// How long a backtracking engine may take for a text: proves that the time is linear in the text's length, or gives up. Giving up
// costs little: the pattern then runs on the engine that is linear by construction. So the proof may be simple, as long as it is
// never wrong.
//
// From right to left: what it costs when everything from here on fails. A loop whose end the next byte decides adds its length;
// one that may end anywhere multiplies what follows by its length; one whose inside can match the same text in two ways is
// given up.

import { ANY_BYTE, NO_BYTE, oneByte } from './byte-set.ts'
import type { ByteSet } from './byte-set.ts'
import { before, beginningOf } from './first.ts'
import type { Beginning } from './first.ts'
import { startOf } from './start.ts'
import type { Node, Repeat } from './syntax.ts'

/** At most `steps * n ** degree` for a text of n bytes. */
interface Cost {
  readonly degree: number
  readonly steps: number
}

/** Everything from a place in the pattern to its end. */
interface Rest extends Beginning, Cost {
  /** It matches at once, so that nothing before it is ever tried again. */
  readonly accepts: boolean
}

/** More steps than this for each byte are too many. */
const MOST_STEPS = 10_000
/** Longer loops are judged as if they had no limit. */
const UNROLLED = 40
/** Of parts of a pattern; loops in loops are unrolled. */
const MOST_VISITS = 100_000

interface Visits {
  left: number
}

const NEWLINE = oneByte(0x0a)

const ACCEPT: Rest = { first: NO_BYTE, mayBeEmpty: true, degree: 0, steps: 1, accepts: true }
/** The end of a look-around: what stands behind it may still fail. */
const LOOKED: Rest = { ...ACCEPT, accepts: false }

/** Why it may take longer than linear time, or undefined. */
export function backtrackingProblem(root: Node): string | undefined {
  if (hasAmbiguousLoop(root)) return 'it has a loop that can match the same text in more than one way'
  const { degree, steps, first, mayBeEmpty } = costOf(root, ACCEPT, { left: MOST_VISITS })
  if (steps > MOST_STEPS) return 'it has too many repetitions, or alternatives that begin alike'
  // Attempts that begin at different places read different parts of the text if no loop reads over a beginning.
  const start = startOf(root)
  const begins = start === 'text' ? NO_BYTE : start === 'lines' ? NEWLINE : mayBeEmpty ? ANY_BYTE : first
  const isRetried = degree > 0 && (begins & loopedBytes(root)) !== NO_BYTE
  if (degree + (isRetried ? 1 : 0) > 1) return 'it has loops that can share the same text in many ways'
  return undefined
}

function costOf(node: Node, rest: Rest, visits: Visits): Rest {
  visits.left -= 1
  if (visits.left < 0) return { ...rest, steps: MOST_STEPS + 1 }
  switch (node.kind) {
    case 'set':
      return {
        first: node.set,
        mayBeEmpty: false,
        degree: rest.degree,
        steps: bounded(rest.steps + 1),
        accepts: false,
      }
    case 'assert':
      return { ...rest, steps: bounded(rest.steps + 1), accepts: false }
    case 'capture':
      return costOf(node.body, rest, visits)
    case 'sequence':
      return node.items.reduceRight((after, item) => costOf(item, after, visits), rest)
    case 'either':
      return node.branches.map((branch) => costOf(branch, rest, visits)).reduce(oneOf)
    case 'look': {
      const own = costOf(node.body, LOOKED, visits)
      return {
        ...beginningOf(node),
        mayBeEmpty: rest.mayBeEmpty,
        degree: Math.max(own.degree, rest.degree),
        steps: bounded(own.steps + rest.steps),
        accepts: false,
      }
    }
    case 'repeat':
      return costOfRepeat(node, rest, visits)
  }
}

function oneOf(a: Rest, b: Rest): Rest {
  const isDecided = (a.first & b.first) === NO_BYTE
  return {
    first: a.first | b.first,
    mayBeEmpty: a.mayBeEmpty || b.mayBeEmpty,
    degree: Math.max(a.degree, b.degree),
    steps: bounded(isDecided ? Math.max(a.steps, b.steps) + 1 : a.steps + b.steps),
    accepts: a.accepts || b.accepts,
  }
}

function costOfRepeat({ body, min, max }: Repeat, rest: Rest, visits: Visits): Rest {
  const isShort = max <= UNROLLED
  let after: Rest
  if (isShort) {
    after = rest
    for (let i = min; i < max; i++) after = oneOf(costOf(body, after, visits), rest)
  } else {
    const once = beginningOf(body)
    const isDecided = min === max || (once.first & rest.first) === NO_BYTE
    const degree = rest.accepts ? 0 : isDecided ? Math.max(1, rest.degree) : rest.degree + 1
    const own = costOf(body, LOOKED, visits)
    after = {
      ...before({ ...once, mayBeEmpty: true }, rest),
      degree: Math.max(degree, own.degree),
      steps: bounded(rest.steps + own.steps),
      accepts: rest.accepts,
    }
  }
  for (let i = 0; i < Math.min(min, UNROLLED); i++) after = costOf(body, after, visits)
  return after
}

function bounded(steps: number): number {
  return Math.min(steps, MOST_STEPS + 1)
}

/** Whether there is a long loop within which the next byte does not decide how to go on. */
function hasAmbiguousLoop(node: Node, rest: Beginning = ACCEPT): boolean {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return false
    case 'capture':
      return hasAmbiguousLoop(node.body, rest)
    case 'look':
      return hasAmbiguousLoop(node.body)
    case 'either':
      return node.branches.some((branch) => hasAmbiguousLoop(branch, rest))
    case 'sequence': {
      let after = rest
      return node.items.toReversed().some((item) => {
        const isAmbiguous = hasAmbiguousLoop(item, after)
        after = before(beginningOf(item), after)
        return isAmbiguous
      })
    }
    case 'repeat': {
      const follow = again(node.body, rest)
      if (node.max <= UNROLLED) return hasAmbiguousLoop(node.body, node.max > 1 ? follow : rest)
      return beginningOf(node.body).mayBeEmpty || !isDecidedByByte(node.body, follow.first)
    }
  }
}

/** What may follow one turn of a loop: another, or what follows the loop. */
function again(body: Node, rest: Beginning): Beginning {
  const once = beginningOf(body)
  return { first: once.first | rest.first, mayBeEmpty: rest.mayBeEmpty }
}

/** Whether the next byte alone says which way to go, everywhere inside. `follow`: with what may begin what comes after. */
function isDecidedByByte(node: Node, follow: ByteSet): boolean {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return true
    case 'look':
      return false
    case 'capture':
      return isDecidedByByte(node.body, follow)
    case 'sequence': {
      let after: Beginning = { first: follow, mayBeEmpty: false }
      for (const item of node.items.toReversed()) {
        if (!isDecidedByByte(item, after.first)) return false
        after = before(beginningOf(item), after)
      }
      return true
    }
    case 'either': {
      let taken = NO_BYTE
      return node.branches.every((branch) => {
        const { first } = before(beginningOf(branch), { first: follow, mayBeEmpty: false })
        const isFree = (first & taken) === NO_BYTE
        taken |= first
        return isFree && isDecidedByByte(branch, follow)
      })
    }
    case 'repeat': {
      const { first, mayBeEmpty } = beginningOf(node.body)
      if (node.min === node.max && node.max <= 1) return isDecidedByByte(node.body, follow)
      if (mayBeEmpty || (node.min !== node.max && (first & follow) !== NO_BYTE)) return false
      return isDecidedByByte(node.body, node.max > 1 ? first | follow : follow)
    }
  }
}

/** What any loop may read. */
function loopedBytes(node: Node, isInLoop = false): ByteSet {
  switch (node.kind) {
    case 'set':
      return isInLoop ? node.set : NO_BYTE
    case 'assert':
      return NO_BYTE
    case 'capture':
    case 'look':
      return loopedBytes(node.body, isInLoop)
    case 'repeat':
      return loopedBytes(node.body, isInLoop || node.max > UNROLLED)
    case 'sequence':
      return node.items.reduce((set, item) => set | loopedBytes(item, isInLoop), NO_BYTE)
    case 'either':
      return node.branches.reduce((set, item) => set | loopedBytes(item, isInLoop), NO_BYTE)
  }
}
