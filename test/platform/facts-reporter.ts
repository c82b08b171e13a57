// The last line of `npm run test:platform`: how many facts about the platform were rehearsed, and how many scenarios of HAProxy.

import type { TestCase } from 'vitest/node'

/** The suite in conformance.test.ts. */
const CONFORMANCE = 'the deployed bundle, as HAProxy'

export default class FactsReporter {
  #facts = 0
  #scenarios = 0

  onTestCaseResult(test: TestCase): void {
    if (test.result().state !== 'passed') return
    if (test.parent.type === 'suite' && test.parent.name === CONFORMANCE) this.#scenarios += 1
    else this.#facts += 1
  }

  onTestRunEnd(): void {
    console.log(`${this.#facts} facts rehearsed, ${this.#scenarios} scenarios of HAProxy compared`)
  }
}
