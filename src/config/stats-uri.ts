// Where a statistics page is. Apart from options/stats.ts, so that a Worker that only looks has nothing of what reads a configuration.

/** `uri` is a prefix of the page's path and query, such as `/haproxy?stats`. */
export function isPageAt({ uri }: { readonly uri: string }, pathAndQuery: string): boolean {
  return pathAndQuery.startsWith(uri)
}
