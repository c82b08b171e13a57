// How a new client gets a server: a set, of which a Worker holds the policies of its backends.

export * from '../../balance/policies.ts'
