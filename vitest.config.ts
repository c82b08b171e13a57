import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

// Timeouts end what hangs. They measure nothing, so a busy machine must not reach them.
const testTimeout = 300_000
const hookTimeout = 300_000

export default defineConfig({
  test: {
    // Under GitHub Actions `limpet check` writes annotations; what tests read is what people do.
    env: { GITHUB_ACTIONS: '' },
    projects: [
      {
        test: {
          name: 'unit',
          // Pure rooms: what they load once serves all files of a worker, in half the time. left-as-found.ts keeps files apart.
          isolate: false,
          setupFiles: ['test/left-as-found.ts'],
          include: ['src/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/replay/**/*.test.ts', 'bench/**/*.test.ts'],
          testTimeout,
          hookTimeout,
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './test/workerd/wrangler.toml' } })],
        test: {
          name: 'workerd',
          include: ['test/workerd/**/*.test.ts'],
          setupFiles: ['test/workerd/setup.ts'],
          testTimeout,
          hookTimeout,
          // An intercepted line that a Durable Object logs is held back until the test itself sends something, and at
          // the end of a file vitest waits for its receipt before it sends anything more: the run would hang forever.
          disableConsoleIntercept: true,
        },
      },
      {
        // Real processes, which mostly wait: for an expiry, a timeout, a check. Two files at a time keep two cores busy.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          maxWorkers: 3,
          testTimeout,
          hookTimeout,
        },
      },
      {
        // The deployed bundle among fakes of what Cloudflare puts around it: a runtime for each world.
        test: {
          name: 'platform',
          include: ['test/platform/**/*.test.ts'],
          fileParallelism: false,
          testTimeout,
          hookTimeout,
        },
      },
      {
        // What npm packs, in projects of people who install it.
        test: {
          name: 'package',
          globalSetup: ['test/package/pack-once.ts'],
          // Examples, beside the other file.
          maxConcurrency: 2,
          include: ['test/package/**/*.test.ts'],
          testTimeout,
          hookTimeout,
        },
      },
      {
        // What npm does not have, from Debian's packages: HAProxy beside Limpet, Tomcat and PHP behind it, a browser before it.
        test: {
          name: 'applications',
          include: ['test/applications/**/*.test.ts'],
          // They wait, too, for a browser or a server in Java.
          maxWorkers: 2,
          testTimeout,
          hookTimeout,
        },
      },
    ],
  },
})
