// One configuration as workerd reads it: a directory with the bundle, the key pairs and the files that describe keeper and front. A reload
// makes the next, beside the one that still serves.

import { mkdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { adminTokensProblem } from '../../admin/tokens.ts'
import type { Config } from '../../config/config.ts'
import { cookieKeysProblem } from '../../persistence/sealed.ts'
import { CliError } from '../cli-error.ts'
import { certificatesIn, keyPairOf } from './certificate.ts'
import { frontConfig } from './front-config.ts'
import type { ListenSocket } from './front-config.ts'
import { keeperConfig } from './keeper-config.ts'
import { GENERATION } from './own-workerd.ts'
import { listensOf } from './plan.ts'
import type { BoundSocket, Listen, Plan, ServeOptions } from './plan.ts'
import { writeSecret } from './secret-file.ts'
import { writeServedModules } from './served-modules.ts'
import type { StateDirectory } from './state-directory.ts'
import type { RunSockets } from './workerd-config.ts'

export interface Generation {
  /** From 1. */
  readonly number: number
  readonly config: Config
  /** Files. */
  readonly frontFile: string
  readonly keeperFile: string
  /** What a front listens on, by its sockets' names. */
  readonly listens: ReadonlyMap<string, Listen>
  /** Passed in workerd's environment, never in a file. */
  readonly secrets: Readonly<Record<string, string>>
  remove(): void
}

export async function writeGeneration(
  number: number,
  plan: Plan,
  state: StateDirectory,
  sockets: RunSockets,
  options: ServeOptions,
  say: (line: string) => void,
): Promise<Generation> {
  const { config, binds, statsSockets, vars } = plan
  const secrets = secretsOf(vars, state, options)
  const directory = join(state.path, `${GENERATION}${number}`)
  const remove = () => rmSync(directory, { recursive: true, force: true })
  // Of one that was to take over, and was killed.
  remove()
  mkdirSync(directory, { mode: 0o700 })
  try {
    const common = {
      modules: await writeServedModules(plan.source, config, directory),
      generation: number,
      sockets,
      vars: {
        LIMPET_NAME: hostname(),
        ...withoutSecrets(vars, secrets),
        LIMPET_DEPLOYMENT: state.identity(),
        ...(options.log ? { LIMPET_LOG: options.log } : {}),
      },
      secretNames: Object.keys(secrets),
    }
    const write = (name: string, text: string): string => {
      const path = join(directory, name)
      writeSecret(path, text)
      return path
    }
    const { isolates } = options
    const listens = await withKeyPairs(binds, write, options, say)
    return {
      number,
      config,
      keeperFile: write('keeper.capnp', keeperConfig({ ...common, objectsDirectory: join(state.path, 'objects') })),
      frontFile: write(
        'front.capnp',
        frontConfig({ ...common, config, listens, isolates, statsSockets, certificatesIn }),
      ),
      listens: listensOf(plan, options),
      secrets,
      remove,
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** Keys are in files that only this user can read, next to the configuration that embeds them. */
function withKeyPairs(
  binds: readonly BoundSocket[],
  write: (name: string, text: string) => string,
  { selfSigned = false }: ServeOptions,
  say: (line: string) => void,
): Promise<ListenSocket[]> {
  return Promise.all(
    binds.map(async (socket, i) => {
      if (socket.crt === null) return socket
      const pair = await keyPairOf(socket.crt, selfSigned, say)
      const tls: ListenSocket['tls'] = {
        certificateChain: `certificate-${i}.pem`,
        privateKey: `key-${i}.pem`,
        clientCas: socket.clientCa === null ? undefined : certificatesIn(socket.clientCa),
        isTls13: socket.isTls13,
      }
      write(tls.certificateChain, pair.certificateChain)
      write(tls.privateKey, pair.privateKey)
      return { ...socket, tls }
    }),
  )
}

function secretsOf(
  vars: Readonly<Record<string, unknown>>,
  state: StateDirectory,
  options: ServeOptions,
): Record<string, string> {
  const keys = vars['LIMPET_COOKIE_KEYS'] as string | undefined
  if (keys !== undefined) {
    const problem = cookieKeysProblem(keys)
    if (problem !== undefined) {
      throw new CliError(`${problem}. limpet serve needs none: it makes a key, and keeps it with --state.`)
    }
  }
  const token = options.adminToken ?? (vars['LIMPET_ADMIN_TOKEN'] as string | undefined)
  const problem = adminTokensProblem(token ?? '')
  if (problem !== undefined) throw new CliError(problem)
  return {
    LIMPET_COOKIE_KEYS: keys ?? state.cookieKeys(),
    ...(token ? { LIMPET_ADMIN_TOKEN: token } : {}),
  }
}

function withoutSecrets(
  vars: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(vars).filter(([name]) => !(name in secrets)))
}
