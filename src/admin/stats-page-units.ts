// How the statistics page writes numbers and states.

import type { StatRow } from './stat-rows.ts'

export function bytes(value: string | number | undefined): string {
  let size = Number(value ?? 0)
  for (const unit of ['', 'K', 'M', 'G']) {
    if (size < 1024) return `${unit === '' ? size : size.toFixed(1)}${unit}`
    size /= 1024
  }
  return `${size.toFixed(1)}T`
}

/** `4 s`, `5 min`, `2 h 5 min`, `3 d 4 h`: as exact as needed. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? pair(hours, 'h', minutes % 60, 'min') : pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function pair(most: number, unit: string, rest: number, small: string): string {
  return rest === 0 ? `${most} ${unit}` : `${most} ${unit} ${rest} ${small}`
}

/** A class of the style sheet. */
export function stateClass({
  shown,
  isTransitional,
}: Pick<StatRow, 'shown' | 'isTransitional'>): 'maint' | 'drain' | 'down' | 'going' | 'up' {
  if (shown === 'nolb') return 'drain'
  return shown === 'up' && isTransitional ? 'going' : shown
}
