// The subcommands of `limpet release`, and their arguments.

import type { Command } from 'commander'

import { addRemoteOptions } from './arguments.ts'

export function addReleaseCommands(program: Command): void {
  const release = program.command('release').description('releases of an application, beside each other')
  addRemoteOptions(
    release
      .command('start')
      .description('give a release a share of the clients: it becomes the canary')
      .argument('<BACKEND/RELEASE>')
      .requiredOption('--share <PERCENT>', 'of the clients, 0 to 100')
      .option('--force', 'even if too few of its servers are up'),
  ).action(async (name, options) => (await import('./release.ts')).start(name, options))
  addRemoteOptions(
    release
      .command('step')
      .description("change the canary's share: more takes clients in, less sends those back that came last")
      .argument('<BACKEND>')
      .argument('<PERCENT>', 'of the clients, 0 to 100'),
  ).action(async (backend, share, options) => (await import('./release.ts')).step(backend, share, options))
  addRemoteOptions(
    release
      .command('promote')
      .description('make a release current; the one before is kept for the pages that were loaded from it')
      .argument('<BACKEND>')
      .argument('[RELEASE]', 'any release, to cut over or to roll back; without it, the canary')
      .option('--force', 'even if too few of its servers are up'),
  ).action(async (backend, name, options) => (await import('./release.ts')).promote(backend, name, options))
  addRemoteOptions(
    release
      .command('abort')
      .description('end the canary for new pages: its clients go back with the next page that they open')
      .argument('<BACKEND>')
      .option('--now', 'for its open pages, too: with the next request'),
  ).action(async (backend, options) => (await import('./release.ts')).abort(backend, options))
  addRemoteOptions(
    release
      .command('end')
      .description('give a release nothing any more: its pages are served by other releases')
      .argument('<BACKEND/RELEASE>')
      .option('--force', 'even if no other release has a server for new clients'),
  ).action(async (name, options) => (await import('./release.ts')).end(name, options))
  addRemoteOptions(
    release.command('list').description('releases, the newest first, and when each served last').argument('[BACKEND]'),
  ).action(async (backend, options) => (await import('./release.ts')).list(backend, options))
}
