const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A date as logs have it: 2026-11-21T12:07:08.757Z is 21/Nov/2026:12:07:08.757. */
export function logDate(iso: string): string {
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 23)}`
}

/** Unix seconds, and how dates in them begin. */
let latestS = Number.NaN
let latest = ''

/** `2026-11-21T12:07:08.757Z`. Many lines are of one second: what they share is made once, because the runtime is slow at it. */
export function isoDate(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds !== latestS) {
    latest = new Date(seconds * 1000).toISOString().slice(0, -'000Z'.length)
    latestS = seconds
  }
  return `${latest}${String(1000 + ms - seconds * 1000).slice(1)}Z`
}
