// Runs beside the balancer under `limpet serve`, reachable only through a Unix socket in the state directory:
// workerd has no cron, so the CLI asks for `scheduled` each minute.
export default {
  async fetch(_request, env) {
    const result = await env.MAIN.scheduled({ cron: '* * * * *', scheduledTime: new Date() })
    return Response.json(result)
  },
}
