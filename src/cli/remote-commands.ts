// The subcommands that ask or change a running balancer, and their arguments.

import type { Command } from 'commander'

import { addRemoteOptions, wholeNumber } from './arguments.ts'
import { commandLine } from './command-line.ts'
import type { RemoteOptions } from './remote.ts'

export function addRemoteCommands(program: Command): void {
  const show = program.command('show').description('look at a running balancer')
  addRemoteOptions(
    show.command('stat').description('counters of each frontend, server and backend').option('--csv', "HAProxy's CSV"),
  ).action(async (options) => (await import('./remote.ts')).showStat(options))
  addRemoteOptions(show.command('info').description('what runs, and since when')).action(async (options) =>
    (await import('./remote.ts')).runCommand(options.json ? 'show info json' : 'show info', options),
  )
  addRemoteOptions(show.command('table').description('stick tables, or entries of one').argument('[TABLE]')).action(
    async (name, options) =>
      (await import('./remote.ts')).runCommand(`show table ${name ?? ''}${options.json ? ' json' : ''}`, options),
  )
  for (const [kind, about] of [
    ['map', 'maps, or the entries of one'],
    ['acl', 'lists of patterns, or the entries of one'],
  ] as const) {
    addRemoteOptions(show.command(kind).description(about).argument('[NAME]')).action(async (name, options) =>
      runListCommand(['show', kind, ...(name === undefined ? [] : [name])], options),
    )
  }
  addRemoteOptions(show.command('servers').description("every server's state, health and weight")).action(
    async (options) => (await import('./remote.ts')).showServers(options),
  )

  addRemoteOptions(
    show.command('monitor').description('where the Monitor is: the object that runs the checks and keeps the states'),
  ).action(async (options) =>
    (await import('./remote.ts')).runCommand(options.json ? 'show monitor json' : 'show monitor', options),
  )

  const monitor = program.command('monitor').description('the object that runs the checks and keeps the states')
  addRemoteOptions(
    monitor
      .command('move')
      .description('move the Monitor to another object, with everything it knows')
      .argument('<PLACE>', "the place to be near, such as weur; or 'home', its first object"),
  ).action(async (place, options) => (await import('./remote.ts')).runCommands(`move monitor ${place}`, options))

  const set = program.command('set').description('change a running balancer')
  addRemoteOptions(
    set
      .command('server')
      .description("a server's state or weight")
      .argument('<BACKEND/SERVER>')
      .addArgument(set.createArgument('<WHAT>').choices(['state', 'weight']))
      .argument('<VALUE>', 'ready, drain or maint; or 0 to 256')
      .option('--for <TIME>', 'how long a drain lasts before it becomes maint, such as 30m'),
  ).action(async (name, what, value, options) => (await import('./remote.ts')).setServer(name, what, value, options))

  addRemoteOptions(
    set
      .command('map')
      .description('the value of an entry of a map')
      .argument('<MAP>')
      .argument('<KEY>')
      .argument('<VALUE>'),
  ).action(async (map, key, value, options) => runListCommand(['set', 'map', map, key, value], options))
  for (const [verb, about, words] of [
    ['add', 'to a map or a list of patterns', '<ENTRY...>'],
    ['del', 'from a map or a list of patterns', '<KEY...>'],
    ['get', 'what a map or a list of patterns has for a value', '<VALUE...>'],
    ['clear', 'a map or a list of patterns', undefined],
  ] as const) {
    const command = program
      .command(verb)
      .description(about)
      .addArgument(program.createArgument('<WHAT>').choices(['map', 'acl']))
      .argument('<NAME>')
    if (words !== undefined) command.argument(words)
    addRemoteOptions(command).action(async (what, name, ...more) => {
      const [entry, options] = words === undefined ? [[], more[0]] : more
      await runListCommand([verb, what, name, ...entry], options)
    })
  }

  for (const [state, about] of [
    ['drain', 'keep their clients, and give them no new ones'],
    ['maint', 'give them no clients and no checks; their clients move to other servers'],
    ['ready', 'give them new clients again'],
  ] as const) {
    const change = program.command(state).description(`servers: ${about}`).argument('<BACKEND/SERVER...>')
    if (state === 'drain')
      change.option('--for <TIME>', 'how long the drain lasts before it becomes maint, such as 30m')
    addRemoteOptions(change.option('-y, --yes', 'even if a backend has no server left that takes new clients')).action(
      async (names, options) => (await import('./change-servers.ts')).setStates(state, names, options),
    )
  }
  addRemoteOptions(
    program
      .command('weight')
      .description("servers' weights")
      .argument('<BACKEND/SERVER=WEIGHT...>', 'such as app/s1=50; 0 to 256')
      .option('-y, --yes', 'even if a backend has no server left that takes new clients'),
  ).action(async (weights, options) => (await import('./change-servers.ts')).setWeights(weights, options))

  addRemoteOptions(
    program
      .command('ctl')
      .description("HAProxy's commands: show stat, set server b/s1 state drain, help …")
      .argument('<COMMAND...>', "one command, or several separated by ';'"),
  ).action(async (words, options) => (await import('./remote.ts')).runCommands(words.join(' '), options))

  addRemoteOptions(
    program
      .command('events')
      .description('the latest changes of states and weights, newest first')
      .option('-n, --count <N>', 'how many', wholeNumber(1, 1000), 20),
  ).action(async (options) =>
    (await import('./remote.ts')).runCommand(`show events ${options.count}${options.json ? ' json' : ''}`, options),
  )

  for (const [name, about] of [
    ['enable', 'state ready'],
    ['disable', 'state maint'],
  ] as const) {
    addRemoteOptions(
      program
        .command(name)
        .description(`a server: ${about}`)
        .addArgument(program.createArgument('<WHAT>').choices(['server']))
        .argument('<BACKEND/SERVER>'),
    ).action(async (_, server, options) =>
      (await import('./remote.ts')).runCommands(`${name} server ${server}`, options),
    )
  }

  addRemoteOptions(
    program
      .command('socket')
      .description("a Unix socket on this machine that takes HAProxy's commands for a balancer elsewhere")
      .argument('<PATH>'),
  ).action(async (path, options) => (await import('./socket.ts')).openSocket(path, options))
}

async function runListCommand(words: readonly string[], options: RemoteOptions): Promise<void> {
  await (await import('./remote.ts')).runCommands(commandLine(words), options)
}
