// How a fetch on Cloudflare says that its answer must not be cached: static extensions are cached by default.
// `cache: 'no-store'` would add Cache-Control: no-cache and Pragma: no-cache, which no client sent, and after which many
// servers never answer 304. Under serve nothing caches, and `cf` is ignored.
// https://developers.cloudflare.com/workers/runtime-apis/request/#the-cf-property-requestinitcfproperties

export const UNCACHED: RequestInitCfProperties = { cacheTtlByStatus: { '100-599': -1 } }
