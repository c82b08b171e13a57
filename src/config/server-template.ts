// Servers that are written once and are several: HAProxy's `server-template` (configuration manual 4.2).

const MOST = 1000

/** The first and last number of `5` or `2-5`; undefined: it is malformed. */
export function parseTemplate(written: number | string): readonly [first: number, last: number] | undefined {
  const [, from, to] = /^(?:(\d{1,6})-)?(\d{1,6})$/.exec(String(written)) ?? []
  if (to === undefined) return undefined
  const first = Number(from ?? 1)
  const last = Number(to)
  return first >= 1 && last >= first && last - first < MOST ? [first, last] : undefined
}

interface Named {
  readonly name: string
  readonly template?: number | string | undefined
  readonly cookie?: string | undefined
}

/** The names of the servers that it stands for. */
export function namesOf({ name, template }: Named): readonly string[] {
  const range = template === undefined ? undefined : parseTemplate(template)
  if (!range) return [name]
  const [first, last] = range
  return Array.from({ length: last - first + 1 }, (_, i) => `${name}${first + i}`)
}

/** Each server that there will be, in order. What tells one from another has its number behind it. */
export function withTemplates<Written extends Named>(servers: readonly Written[]): readonly Written[] {
  if (servers.every(({ template }) => template === undefined)) return servers
  return servers.flatMap((server): readonly Written[] => {
    if (server.template === undefined) return [server]
    const { template: _, cookie, ...own } = server
    return namesOf(server).map((name) => {
      const number = name.slice(server.name.length)
      return { ...own, name, ...(cookie === undefined ? {} : { cookie: cookie + number }) } as Written
    })
  })
}
