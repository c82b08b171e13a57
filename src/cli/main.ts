// The `limpet` command: its subcommands and their arguments. Each one is implemented in its own file.

import { Command, CommanderError, Option } from 'commander'

import { VERSION } from '../deployment.ts'
import { addRemoteOptions, collected, percentage, wholeNumber, workerCount } from './arguments.ts'
import { CliError, UsageError } from './cli-error.ts'
import { addReleaseCommands } from './release-commands.ts'
import { addRemoteCommands } from './remote-commands.ts'

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
  .option('--workers <N>', 'how many processes serve clients, or auto: as many as there are cores', workerCount, 1)
  .option('--isolates <N>', 'how many isolates to run, on consecutive ports', wholeNumber(1, 64), 1)
  .option('--socket <PATH>', "a Unix socket for HAProxy's commands, as with socat")
  .option('--drain <SECONDS>', 'how long requests in progress may take after a stop', wholeNumber(0, 3600), 10)
  .option('--self-signed', 'make a throw-away certificate where the file of crt is not there')
  .option('--take-over', 'let the limpet serve that runs with this --state start this command and leave when it serves')
  .option('--watch', 'reload when a file changes that the configuration was read from')
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
  .action(async (file, options) =>
    (await import('./serve/serve.ts')).serve(file, { ...options, file: options.file ?? [] }),
  )

program
  .command('reload')
  .description('let a running limpet serve read its configuration again, as SIGHUP does; prints what changes')
  .requiredOption('--state <DIR>', 'its state directory')
  .action(async (options) => (await import('./serve/reload-socket.ts')).askForReload(options))

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
  new Option('--url <URL>', 'a running balancer, in place of OLD'),
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
  .command('cert')
  .description("show a server's certificate, and save it, so that it can be named as ca-file")
  .argument('<ADDRESS>', 'HOST, HOST:PORT (443 if none is named) or https://HOST:PORT')
  .option('-o, --output <FILE>', 'the file to write; without it, standard output')
  .option('--servername <NAME>', 'the name to ask the server for; without it, HOST if that is a name')
  .option('--force', 'overwrite an existing file')
  .option('--json', 'print JSON')
  .action(async (address, options) => (await import('./cert.ts')).showCertificate(address, options))

program
  .command('schema')
  .description('print the JSON Schema of the configuration')
  .action(async () => (await import('./schema.ts')).printSchema())

addRemoteCommands(program)
addReleaseCommands(program)

addRemoteOptions(
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
    .option('--refusing <BACKEND/SERVER>', 'let it refuse connections', collected),
  new Option('--url <URL>', "a running balancer whose servers' states and tables count").env('LIMPET_URL'),
).action(async (url, file, options) => {
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

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else if (error instanceof CliError) {
    console.error(error.message)
    process.exitCode = error instanceof UsageError ? 2 : 1
  } else throw error
}
