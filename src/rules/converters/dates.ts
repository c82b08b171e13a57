// Dates in words. HAProxy: configuration manual 7.3.1 "http_date", "ltime", "utime".

import type { ConverterMaker } from '../tools.ts'
import { ofInteger } from './inputs.ts'

const MS: Readonly<Record<string, readonly [perSecond: bigint, digits: number]>> = {
  s: [1n, 0],
  ms: [1000n, 3],
  us: [1_000_000n, 6],
}
const LAST_SECOND = 253_402_300_799n

/** `http_date(OFFSET,UNIT)`; nothing for a year that has no four digits. */
export const httpDate: ConverterMaker = ([offset = '0', unit = 's']) => {
  const [perSecond, digits] = MS[unit === '' ? 's' : unit]!
  const added = BigInt(offset === '' ? 0 : offset)
  return ofInteger((integer) => {
    const at = integer + added
    const seconds = at / perSecond
    if (at < 0n || seconds > LAST_SECOND) return undefined
    const text = new Date(Number(seconds) * 1000).toUTCString()
    return digits === 0 ? text : text.replace(/(?= GMT)/, `.${String(at % perSecond).padStart(digits, '0')}`)
  })
}

/** `utime(FORMAT,OFFSET)`: the offset in seconds. */
export const utime: ConverterMaker = ([format = '', offset = '0']) => {
  const added = BigInt(offset === '' ? 0 : offset)
  return ofInteger((integer) => {
    const seconds = integer + added
    if (seconds < -62_135_596_800n || seconds > LAST_SECOND) return undefined
    return formatted(format, new Date(Number(seconds) * 1000))
  })
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const DAY_MS = 86_400_000

/** As strftime(3) in the C locale and UTC: a Worker has no other time zone. */
function formatted(format: string, date: Date): string {
  return format.replaceAll(/%([EO]?)([A-Za-z%])/g, (whole, _, letter: string) => field(letter, date) ?? whole)
}

function field(letter: string, date: Date): string | undefined {
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  const day = date.getUTCDate()
  const weekday = date.getUTCDay()
  const hours = date.getUTCHours()
  const yearDay = Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / DAY_MS)
  const two = (n: number) => String(n).padStart(2, '0')
  const blank = (n: number) => String(n).padStart(2)
  const all = (text: string) => formatted(text, date)
  switch (letter) {
    case 'a':
      return DAYS[weekday]!.slice(0, 3)
    case 'A':
      return DAYS[weekday]!
    case 'b':
    case 'h':
      return MONTHS[month]!.slice(0, 3)
    case 'B':
      return MONTHS[month]!
    case 'c':
      return all('%a %b %e %H:%M:%S %Y')
    case 'C':
      return two(Math.floor(year / 100))
    case 'd':
      return two(day)
    case 'D':
    case 'x':
      return all('%m/%d/%y')
    case 'e':
      return blank(day)
    case 'F':
      return all('%Y-%m-%d')
    case 'g':
      return two(isoWeek(date).year % 100)
    case 'G':
      return String(isoWeek(date).year)
    case 'H':
      return two(hours)
    case 'I':
      return two(hours % 12 || 12)
    case 'j':
      return String(yearDay + 1).padStart(3, '0')
    case 'k':
      return blank(hours)
    case 'l':
      return blank(hours % 12 || 12)
    case 'm':
      return two(month + 1)
    case 'M':
      return two(date.getUTCMinutes())
    case 'n':
      return '\n'
    case 'p':
      return hours < 12 ? 'AM' : 'PM'
    case 'P':
      return hours < 12 ? 'am' : 'pm'
    case 'r':
      return all('%I:%M:%S %p')
    case 'R':
      return all('%H:%M')
    case 's':
      return String(Math.floor(date.getTime() / 1000))
    case 'S':
      return two(date.getUTCSeconds())
    case 't':
      return '\t'
    case 'T':
    case 'X':
      return all('%H:%M:%S')
    case 'u':
      return String(weekday || 7)
    case 'U':
      return two(Math.floor((yearDay + 7 - weekday) / 7))
    case 'V':
      return two(isoWeek(date).week)
    case 'w':
      return String(weekday)
    case 'W':
      return two(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7))
    case 'y':
      return two(year % 100)
    case 'Y':
      return String(year)
    case 'z':
      return '+0000'
    case 'Z':
      return 'GMT'
    case '%':
      return '%'
    default:
      return undefined
  }
}

/** Weeks begin on Monday, and belong to the year that has their Thursday. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * DAY_MS)
  const year = thursday.getUTCFullYear()
  return { year, week: 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) }
}
