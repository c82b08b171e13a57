// The text of the keeper's workerd configuration: one worker with all Durable Objects, which fronts call through a Unix socket.

import { struct, text } from './capnp.ts'
import {
  CAPNP_HOST,
  commonServices,
  configText,
  controlSocket,
  objectNamespaces,
  OBJECTS,
  relay,
  worker,
} from './workerd-config.ts'
import type { WorkerdPlan } from './workerd-config.ts'

export interface KeeperPlan extends WorkerdPlan {
  /** Absolute. */
  readonly objectsDirectory: string
}

export function keeperConfig(plan: KeeperPlan): string {
  const bindings = [
    ...OBJECTS.map(({ binding, className }) =>
      struct({ name: text(binding), durableObjectNamespace: text(className) }),
    ),
    struct({ name: text('LIMPET_FRONTS'), service: text('fronts') }),
  ]
  const main = worker(plan, bindings, {
    durableObjectNamespaces: objectNamespaces(),
    durableObjectStorage: struct({ localDisk: text('objects') }),
  })
  const services = [
    struct({ name: text('main'), worker: main }),
    struct({ name: text('objects'), disk: struct({ path: text(plan.objectsDirectory), writable: 'true' }) }),
    relay('fronts', plan.sockets.fronts),
    ...commonServices(plan),
  ]
  const sockets = [
    struct({
      name: text('keeper'),
      address: text(`unix:${plan.sockets.keeper}`),
      http: struct({ capnpConnectHost: text(CAPNP_HOST) }),
      service: struct({ name: text('main'), entrypoint: text('Keeper') }),
    }),
    controlSocket(plan.sockets.keeperControl),
  ]
  return configText(services, sockets)
}

/** What listens once it has started. */
export const KEEPER_SOCKETS = ['keeper', 'control'] as const
