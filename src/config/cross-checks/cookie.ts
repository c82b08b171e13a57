// A backend's cookie: options that exclude each other, and what browsers would drop.

import { parseDurationMs } from '../duration.ts'
import type { BackendInput } from '../options/backend.ts'
import type { CookieInput } from '../options/cookie.ts'
import { list } from '../units.ts'
import type { Path, Report } from './report.ts'

export function checkCookie(backend: BackendInput, path: Path, report: Report): void {
  const cookie = backend.cookie
  if (!cookie) return
  const at = [...path, 'cookie']
  if (cookie.formerly !== undefined && cookie.mode !== undefined && cookie.mode !== 'insert') {
    report(
      'error',
      'option-needs-option',
      [...at, 'formerly'],
      "needs mode 'insert': in the others the name is the application's",
      cookie.formerly,
    )
  }
  if (list(cookie.formerly).includes(cookie.name)) {
    report('error', 'former-name', [...at, 'formerly'], 'is the name that it has now', cookie.name)
  }
  if (cookie.skipCacheable !== undefined && cookie.mode !== undefined && cookie.mode !== 'insert') {
    report(
      'error',
      'option-needs-option',
      [...at, 'skipCacheable'],
      "needs mode 'insert': the others never add a cookie",
      cookie.skipCacheable,
    )
  }
  if (cookie.mode === 'rewrite' && cookie.indirect) {
    report(
      'error',
      'options-exclude',
      [...at, 'indirect'],
      "the origin must see its own cookie in mode 'rewrite'",
      true,
    )
  }
  if (cookie.preserve && cookie.mode !== undefined && cookie.mode !== 'insert' && !cookie.indirect) {
    report(
      'error',
      'option-needs-option',
      [...at, 'preserve'],
      "needs mode 'insert', or indirect: nothing else would replace the cookie",
      true,
    )
  }
  checkSetCookie(cookie, at, report)
  backend.servers.forEach((server, j) => {
    // '|' begins the dates of HAProxy's format, so a value with one would never be recognised again.
    if (server.cookie?.includes('|')) {
      report(
        'error',
        'invalid-value',
        [...path, 'servers', j, 'cookie'],
        "must not have '|', which begins the dates",
        server.cookie,
      )
    }
  })
}

/** What any cookie that is written needs, so that browsers keep it. */
export function checkSetCookie(
  cookie: Pick<CookieInput, 'name' | 'maxidle' | 'maxlife' | 'domain' | 'secure' | 'attr'>,
  at: Path,
  report: Report,
): void {
  if (cookie.maxidle !== undefined && cookie.maxlife !== undefined) {
    if (parseDurationMs(cookie.maxlife)! < parseDurationMs(cookie.maxidle)!) {
      report(
        'warning',
        'maxlife-below-maxidle',
        [...at, 'maxlife'],
        'is shorter than maxidle, so maxidle never comes into play',
        cookie.maxlife,
      )
    }
  }
  if (cookie.secure === false && cookie.attr?.some((attr) => /^samesite=none$/i.test(attr))) {
    report(
      'warning',
      'cookie-not-secure',
      [...at, 'secure'],
      'browsers drop a SameSite=None cookie that is not Secure',
      false,
    )
  }
  if (cookie.name.startsWith('__Host-') && (cookie.domain !== undefined || cookie.secure === false)) {
    report(
      'error',
      'cookie-name-prefix',
      [...at, 'name'],
      "browsers drop a '__Host-' cookie that has a domain or is not Secure",
      cookie.name,
    )
  }
  if (cookie.name.startsWith('__Secure-') && cookie.secure === false) {
    report(
      'error',
      'cookie-name-prefix',
      [...at, 'name'],
      "browsers drop a '__Secure-' cookie that is not Secure",
      cookie.name,
    )
  }
}
