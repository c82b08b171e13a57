// The servers of this folder's Worker. Nobody listens at these addresses: a socket is refused at once, without DNS, and
// a check then asks by fetch, which tests replace.

export const SERVERS = {
  s1: 'https://127.0.0.1:1',
  s2: 'https://127.0.0.1:2',
  s3: 'https://127.0.0.1:3',
  calm1: 'https://127.0.0.1:4',
  calm2: 'https://127.0.0.1:5',
} as const

export type ServerName = keyof typeof SERVERS

/** The server that a call to fetch was meant for. */
export function askedServer(input: RequestInfo | URL): ServerName | undefined {
  const { origin } = new URL(input instanceof Request ? input.url : input)
  return (Object.keys(SERVERS) as ServerName[]).find((name) => SERVERS[name] === origin)
}
