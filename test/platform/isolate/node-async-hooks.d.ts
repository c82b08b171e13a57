// What the flag nodejs_als of the rehearsed isolate gives; the deployed one has no need of it.

declare module 'node:async_hooks' {
  export class AsyncLocalStorage<T> {
    run<R>(store: T, work: () => R): R
    getStore(): T | undefined
  }
}
