// The `limpet` command: its subcommands and their arguments. Each one is implemented in its own file.

import { Command, CommanderError, Option } from 'commander'

import { VERSION } from '../deployment.ts'
import { CliError, UsageError } from './cli-error.ts'

// Nobody reads on (`limpet schema | head`): the command ends as it would have, and `serve` goes on to serve.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

const program = new Command('limpet')
  .description("HAProxy's session persistence with no server to run")
  .version(`limpet ${VERSION} (Node ${process.versions.node}, ${process.platform} ${process.arch})`)
  .showHelpAfterError('(limpet --help shows every command)')
  .exitOverride()

program
  .command('init')
  .description('write a project that can be deployed to Cloudflare; asks on a terminal for what no option says')
  .argument('[DIR]', 'where to', '.')
  .option('--name <NAME>', "the Worker's name; without it, the directory's")
  .option('--server <URL>', 'URL, NAME=URL or BACKEND/NAME=URL; may be repeated', collected)
  .option('--host <HOST>', 'a host that it answers for, as a Custom Domain; may be repeated', collected)
  .option(
    '--from <FILE>',
    'a haproxy.cfg, translated as limpet import does; --server BACKEND/SERVER=URL names its servers',
  )
  .option('--seal', 'with --from: seal the cookies; those that HAProxy wrote are still read')
  .option('--allow-unsupported', 'with --from: skip unsupported lines; those that restrict access are never skipped')
  .option('--jsonc', 'wrangler.jsonc in place of wrangler.toml')
  .option('--force', 'overwrite existing files; a .dev.vars is kept')
  .option('-y, --yes', 'ask nothing')
  .action(async (directory, options) =>
    (await import('./init.ts')).init(directory, {
      ...options,
      server: options.server ?? [],
      host: options.host ?? [],
    }),
  )

program
  .command('serve')
  .description('run the balancer on this machine: the same bundle that is deployed')
  .argument('[FILE]', 'limpet.config.ts (the default), JSON or a haproxy.cfg')
  .option('-f, --file <FILE>', 'a part of a haproxy.cfg; as often as needed', collected)
  .option('--listen <HOST:PORT>', "one socket for all frontends, in place of the configuration's binds")
  .option('--state <DIR>', 'keep keys and server states here; without it they are thrown away at the end')
  .option('--admin-token <T>', 'open the admin API with this token (or LIMPET_ADMIN_TOKEN)')
  .option('--isolates <N>', 'how many isolates to run, on consecutive ports', wholeNumber(1, 64), 1)
  .option('--socket <PATH>', "a Unix socket for HAProxy's commands, as with socat")
  .option('--drain <SECONDS>', 'how long requests in progress may take after a stop', wholeNumber(0, 3600), 10)
  .option('--self-signed', 'make a throw-away certificate where the file of crt is not there')
  .option('--seal', 'seal the cookies of a haproxy.cfg; those that HAProxy wrote are still read')
  .option(
    '--allow-unsupported',
    'start without the unsupported lines of a haproxy.cfg; lines that restrict access are never skipped',
  )
  .option('--only-http', 'leave out the sections of a haproxy.cfg that are plain TCP; each is named')
  .addOption(
    new Option('--log <FORMAT>', 'all requests to standard output, whatever the configuration says').choices([
      'json',
      'httplog',
      'off',
    ]),
  )
  .action(async (file, options) => (await import('./serve.ts')).serve(file, { ...options, file: options.file ?? [] }))

program
  .command('check')
  .description('report every issue in configurations; exit status 1 if one is an error')
  .argument(
    '[FILE...]',
    'each by itself: limpet.config.ts (taken if none is named), JSON, a haproxy.cfg, or - for standard input',
  )
  .option('-f, --file <FILE>', 'a part of a haproxy.cfg; those named so are checked as one', collected)
  .addOption(new Option('--for <TARGET>', 'where it shall run').choices(['serve', 'cloudflare']).default('serve'))
  .addOption(
    new Option('--env <NAME>', 'with --for cloudflare: an environment of the wrangler file beside it').env(
      'CLOUDFLARE_ENV',
    ),
  )
  .option('--cost <REQUESTS>', 'with --for cloudflare: the bill of so many requests a month', wholeNumber(0, 1e12))
  .addOption(
    new Option('--format <FORMAT>', 'text, json, or github: annotations, as GitHub Actions reads them').choices([
      'text',
      'json',
      'github',
    ]),
  )
  .option('--json', 'as --format json')
  .option('--quiet', 'errors only, and nothing where there are none')
  .option('--summary', 'one line a file')
  .option('--strict', 'exit status 1 for warnings, too')
  .option('--only-http', 'leave out the sections of a haproxy.cfg that are plain TCP; each is named')
  .option(
    '--stdin-name <FILE>',
    'the name of what comes by standard input; without it, JSON or a haproxy.cfg by its looks',
  )
  .action(async (files, { json, format, file: parts = [], ...options }) => {
    const each = files.length === 0 && parts.length === 0 ? ['limpet.config.ts'] : files
    // wrangler, which runs this for a deploy, writes before each line.
    const isAction = process.env['GITHUB_ACTIONS'] === 'true' && !process.env['WRANGLER_COMMAND']
    const chosen = json ? 'json' : (format ?? (isAction ? 'github' : 'text'))
    await (await import('./check.ts')).check(each, parts, { ...options, format: chosen })
  })

program
  .command('build')
  .description('check a configuration for Cloudflare, and write it as the module that wrangler deploys')
  .argument('[FILE]', 'limpet.config.ts (taken by itself), JSON or a haproxy.cfg', 'limpet.config.ts')
  .option('-o, --output <FILE>', 'where to; without it, to .limpet/config.js beside FILE')
  .addOption(new Option('--env <NAME>', 'an environment of the wrangler file beside it').env('CLOUDFLARE_ENV'))
  .action(async (file, options) => (await import('./build.ts')).build(file, options))

addRemoteOptions(
  program
    .command('diff')
    .description(
      'what a change of the configuration does to clients: servers, cookies, tables, rules and options that change',
    )
    .argument(
      '[FILE...]',
      'OLD and NEW, each as check reads it; with --url, NEW alone (limpet.config.ts if none is named)',
    )
    .addOption(new Option('--env <NAME>', 'an environment of the wrangler file').env('CLOUDFLARE_ENV'))
    .option('--max-moved <PERCENT>', "exit status 1 if more of a backend's clients would move", percentage)
    .option('--exit-code', 'exit status 1 if there is a difference'),
  'a running balancer, in place of OLD',
).action(async (files, options) => (await import('./diff.ts')).diff(files, options))

program
  .command('import')
  .description('write a haproxy.cfg as limpet.config.ts')
  .argument('<FILE>', 'a haproxy.cfg')
  .option('-o, --output <FILE>', 'the file to write; without it, standard output')
  .option('--server <BACKEND/SERVER=URL>', "a server's public name; may be repeated", collected)
  .option('--seal', 'seal the cookies; those that HAProxy wrote are still read')
  .option('--force', 'overwrite an existing file')
  .option('--allow-unsupported', 'skip unsupported lines; those that restrict access are never skipped')
  .option('--only-http', 'leave out the sections of a haproxy.cfg that are plain TCP; each is named')
  .action(async (file, options) =>
    (await import('./import.ts')).importHaproxy(file, { ...options, server: options.server ?? [] }),
  )

program
  .command('schema')
  .description('print the JSON Schema of the configuration')
  .action(async () => (await import('./schema.ts')).printSchema())

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

for (const [state, about] of [
  ['drain', 'keep their clients, and give them no new ones'],
  ['maint', 'give them no clients and no checks; their clients move to other servers'],
  ['ready', 'give them new clients again'],
] as const) {
  const change = program.command(state).description(`servers: ${about}`).argument('<BACKEND/SERVER...>')
  if (state === 'drain') change.option('--for <TIME>', 'how long the drain lasts before it becomes maint, such as 30m')
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
  ).action(async (_, server, options) => (await import('./remote.ts')).runCommands(`${name} server ${server}`, options))
}

addRemoteOptions(
  program
    .command('socket')
    .description("a Unix socket on this machine that takes HAProxy's commands for a balancer elsewhere")
    .argument('<PATH>'),
).action(async (path, options) => (await import('./socket.ts')).openSocket(path, options))

program
  .command('explain')
  .description('where a request would go, and why; without a URL: what is in a cookie. Sends and stores nothing')
  .argument('[URL]', 'as a client would ask for it')
  .argument('[FILE]', 'limpet.config.ts (the default), JSON or a haproxy.cfg')
  .option('-f, --file <FILE>', 'a part of a haproxy.cfg; as often as needed', collected)
  .option('--cookie <NAME=VALUE>', 'a cookie of the request; as often as needed', collected)
  .option('--header <NAME: VALUE>', 'a header of the request; as often as needed', collected)
  .option('--src <ADDRESS>', "the client's address")
  .option('--method <METHOD>', "the request's method", 'GET')
  .option('--at <TIME>', 'when: 2026-11-26T12:00:00Z, or Unix seconds; without it, now')
  .addOption(new Option('--for <TARGET>', 'where it runs').choices(['serve', 'cloudflare']).default('serve'))
  .option('--state <DIR>', 'the directory in which limpet serve keeps its cookie keys')
  .option('--seal', 'seal the cookies of a haproxy.cfg, as limpet serve --seal does')
  .option(
    '--up <BACKEND/SERVER>',
    'treat this server as ready and up; this and the next five options may be repeated',
    collected,
  )
  .option('--down <BACKEND/SERVER>', 'treat it as down', collected)
  .option('--drain <BACKEND/SERVER>', 'treat it as draining', collected)
  .option('--maint <BACKEND/SERVER>', 'treat it as in maintenance', collected)
  .option('--full <BACKEND/SERVER>', 'treat all slots of its maxconn as taken', collected)
  .option('--refusing <BACKEND/SERVER>', 'let it refuse connections', collected)
  .addOption(new Option('--url <URL>', "a running balancer whose servers' states and tables count").env('LIMPET_URL'))
  .addOption(new Option('--admin-token <T>', 'its admin token').env('LIMPET_ADMIN_TOKEN'))
  .option('--admin-token-file <FILE>', 'a file that contains it')
  .option('--admin-path <PATH>', 'its admin.path', '/.limpet')
  .option('--json', 'print JSON')
  .action(async (url, file, options) => {
    const none: readonly string[] = []
    const lists = {
      file: none,
      cookie: none,
      header: none,
      up: none,
      down: none,
      drain: none,
      maint: none,
      full: none,
      refusing: none,
    }
    await (await import('./explain.ts')).explainRequest(url, file, { ...lists, ...options })
  })

/** `optional`: what the balancer is for; it is not asked unless it is named. */
function addRemoteOptions(command: Command, optional?: string): Command {
  const url = new Option('--url <URL>', optional ?? 'the balancer')
  return command
    .addOption(optional === undefined ? url.env('LIMPET_URL').default('http://127.0.0.1:8080') : url)
    .addOption(new Option('--admin-token <T>', 'its admin token').env('LIMPET_ADMIN_TOKEN'))
    .option('--admin-token-file <FILE>', 'a file that contains it')
    .option('--admin-path <PATH>', 'its admin.path', '/.limpet')
    .option('--json', 'print JSON')
}

function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new UsageError(`'${text}' must be a whole number from ${min} to ${max}`)
  }
}

function percentage(text: string): number {
  const value = Number(text.replace(/ ?%$/, ''))
  if (text.trim() !== '' && value >= 0 && value <= 100) return value
  throw new UsageError(`'${text}' must be a number from 0 to 100`)
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else if (error instanceof CliError) {
    console.error(error.message)
    process.exitCode = error instanceof UsageError ? 2 : 1
  } else throw error
}
