// An entrypoint into this isolate for the Monitor of the same process: under `limpet serve` a change takes effect in every
// isolate before the command that made it has answered.

import { WorkerEntrypoint } from 'cloudflare:workers'

import type { Snapshot } from '../health/snapshot.ts'
import type { Env } from './env.ts'
import type { IsolateRpc } from './rpc.ts'

export type IsolateClass = new (ctx: ExecutionContext, env: Env) => WorkerEntrypoint<Env> & IsolateRpc

export function createIsolateClass(accept: (env: Env, snapshot: Snapshot) => Promise<void>): IsolateClass {
  return class Isolate extends WorkerEntrypoint<Env> implements IsolateRpc {
    async accept(snapshot: Snapshot): Promise<void> {
      await accept(this.env, snapshot)
    }
  }
}
