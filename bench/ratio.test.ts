import { describe, expect, it } from 'vitest'

import { ratioOf } from './ratio.ts'

const rounds = (...figures: readonly [cpuUs: number | undefined, answers: number][]) =>
  figures.map(([cpuUs, answers]) => ({ cpuUs, answers, requestsPerS: 0, p50Ms: 0, p99Ms: 0 }))

describe('a ratio', () => {
  it('is CPU time over answers of all rounds: one with few answers weighs little', () => {
    const ratio = ratioOf(rounds([120, 1000], [480, 250]), rounds([100, 1000], [100, 1000]))
    // (120,000 + 120,000) / 1,250 = 192
    expect(ratio?.value).toBeCloseTo(1.92)
  })

  it('has no error where all rounds agree, whatever the machine did meanwhile', () => {
    const ratio = ratioOf(rounds([120, 1000], [240, 1000], [180, 1000]), rounds([100, 1000], [200, 1000], [150, 1000]))
    expect(ratio?.value).toBeCloseTo(1.2)
    expect(ratio?.standardError).toBeCloseTo(0)
  })

  it('of rounds that differ has that of their mean', () => {
    // Against a floor of 1 the ratio is the mean: 1, 2, 3, 4 have a standard deviation of sqrt(5/3), and their mean half of that.
    const ratio = ratioOf(rounds([1, 10], [2, 10], [3, 10], [4, 10]), rounds([1, 10], [1, 10], [1, 10], [1, 10]))
    expect(ratio).toEqual({ value: 2.5, standardError: expect.closeTo(Math.sqrt(5 / 3) / 2) as number })
  })

  it('of one round has no error that could be known', () => {
    expect(ratioOf(rounds([3, 1]), rounds([2, 1]))).toEqual({ value: 1.5, standardError: undefined })
  })

  it('is not known without a floor or without CPU time', () => {
    expect(ratioOf(rounds([3, 1]), undefined)).toBeUndefined()
    expect(ratioOf(rounds([3, 1], [undefined, 1]), rounds([2, 1], [2, 1]))).toBeUndefined()
    expect(ratioOf(rounds([3, 1]), rounds([undefined, 1]))).toBeUndefined()
  })
})
