// The floor: the least a Worker can do that stands in front of an origin.

export default {
  fetch(request, env) {
    const { pathname, search } = new URL(request.url)
    return fetch(new Request(env.ORIGINS[0] + pathname + search, request))
  },
}
