// Durable Objects as they may be: far away, or out of order. An object stays where it was first asked for.
// https://developers.cloudflare.com/durable-objects/reference/data-location/
// https://developers.cloudflare.com/durable-objects/best-practices/error-handling/

import { failIfAsked, settings } from './settings.ts'

type Call = (...args: readonly unknown[]) => Promise<unknown>

export function surroundNamespace(binding: string, namespace: DurableObjectNamespace): unknown {
  return {
    idFromName: (name: string) => namespace.idFromName(name),
    getByName: (name: string, options?: DurableObjectNamespaceGetDurableObjectOptions) =>
      surroundStub(binding, namespace.getByName(name, options)),
    jurisdiction: (name: DurableObjectJurisdiction) => surroundNamespace(binding, namespace.jurisdiction(name)),
  }
}

function surroundStub(binding: string, stub: DurableObjectStub): unknown {
  return new Proxy(stub, {
    get(_, method: string) {
      return async (...args: readonly unknown[]) => {
        await travel()
        failIfAsked(binding)
        const result = await (stub as unknown as Record<string, Call>)[method]!(...args)
        await travel()
        return result
      }
    },
  })
}

async function travel(): Promise<void> {
  if (settings.farMs > 0) await new Promise((resolve) => setTimeout(resolve, settings.farMs))
}
