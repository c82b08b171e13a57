// Where Cloudflare can be asked to make a Durable Object.

/** Cloudflare's hints for the place of a Durable Object, as @cloudflare/workers-types has them. */
export const PLACES = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'apac-ne', 'apac-se', 'oc', 'afr', 'me'] as const
export type Place = (typeof PLACES)[number]
