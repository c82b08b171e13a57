// Tools that were made for HAProxy: socat on its socket, Debian's exporter on its CSV.

import { execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, it, onTestFinished } from 'vitest'

import { exchange, spawnServe, startLimpet, startOrigins, temporaryDirectory, TOKEN, until } from '../e2e/harness.ts'
import { freePort } from '../free-ports.ts'

it('socat: several commands in one line', async () => {
  const origins = await startOrigins(2)
  const socket = join(temporaryDirectory(), 'admin.sock')
  await startLimpet(
    { backends: [{ name: 'app', servers: origins.map(({ name, url }) => ({ name, url })) }] },
    { arguments: ['--socket', socket] },
  )
  const shell = async (command: string) => (await promisify(execFile)('sh', ['-c', command])).stdout
  // `-t`: by itself socat waits half a second for an answer, and a busy machine takes longer.
  expect(await shell(`echo "show info;show stat" | socat -t 30 unix-connect:${socket} stdio`)).toMatch(
    /^Name: [^]*\n\n# pxname,svname,[^]*\napp,s2,/,
  )
  expect(await shell(`echo "disable server app/s1" | socat -t 30 unix-connect:${socket} stdio`)).toBe('\n')
  // As scripts look for servers that are not up.
  const down = `echo "show stat" | socat -t 30 unix-connect:${socket} stdio | awk -F, 'NF > 2 && $2 !~ /FRONTEND|BACKEND|svname/ && $18 !~ /UP|no check/ {print $1"/"$2" "$18}'`
  expect((await shell(down)).trim()).toBe('app/s1 MAINT')
})

it('prometheus-haproxy-exporter reads the CSV', async () => {
  const origins = await startOrigins(1)
  const { url } = await startLimpet({
    backends: [{ name: 'app', servers: [{ name: 's1', url: origins[0]!.url }] }],
  })
  for (let i = 0; i < 5; i++) await exchange(`${url}/whoami`)
  const port = await freePort()
  const scrape = `${url.replace('http://', `http://x:${TOKEN}@`)}/.limpet/stats;csv`
  const exporter = spawn(
    'prometheus-haproxy-exporter',
    [`--haproxy.scrape-uri=${scrape}`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: 'ignore' },
  )
  onTestFinished(() => void exporter.kill('SIGKILL'))
  let body = ''
  await until(async () => {
    body = await exchange(`http://127.0.0.1:${port}/metrics`).then(
      (answer) => answer.body,
      () => '',
    )
    return /^haproxy_backend_http_responses_total\{backend="app",code="2xx"\} 5$/m.test(body)
  })
  expect(body).toMatch(/^haproxy_up 1$/m)
  expect(body).toMatch(/^haproxy_server_up\{backend="app",server="s1"\} 1$/m)
})

it('a syslog daemon on a local socket gets the lines', async () => {
  const directory = temporaryDirectory()
  const [socket, file] = [join(directory, 'log'), join(directory, 'received')]
  const daemon = spawn('socat', ['-u', `UNIX-RECV:${socket}`, `OPEN:${file},creat,append`], { stdio: 'ignore' })
  onTestFinished(() => void daemon.kill('SIGKILL'))
  await until(() => existsSync(socket))
  const origins = await startOrigins(1)
  const { url } = await startLimpet({
    log: 'httplog',
    logTo: [{ syslog: socket, facility: 'local3' }],
    backends: [{ name: 'app', servers: [{ name: 's1', url: origins[0]!.url }] }],
  })
  await exchange(`${url}/a`)
  const received = () => (existsSync(file) ? readFileSync(file, 'utf8') : '')
  await until(() => received().includes('GET /a'))
  // 19 x 8 + 6: local3, info.
  expect(received()).toMatch(/^<158>[^]* limpet\[\d+\]: 127\.0\.0\.1:\d+ \[/)
})

it('the exporter reads a page that has no password, as its documentation sets it up', async () => {
  const [origin] = await startOrigins(1)
  const [port, statsPort, exporterPort] = [await freePort(), await freePort(), await freePort()]
  const file = join(temporaryDirectory(), 'haproxy.cfg')
  writeFileSync(
    file,
    `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend stats
  bind 127.0.0.1:${statsPort}
  stats enable
  stats uri /stats
  stats refresh 10s
listen app
  bind 127.0.0.1:${port}
  server s1 127.0.0.1:${origin!.port}
`,
  )
  await spawnServe([file], { environment: { LIMPET_ADMIN_TOKEN: '' } }).listening(2)
  for (let i = 0; i < 5; i++) await exchange(`http://127.0.0.1:${port}/whoami`)
  const exporter = spawn(
    'prometheus-haproxy-exporter',
    [
      `--haproxy.scrape-uri=http://127.0.0.1:${statsPort}/stats?stats;csv`,
      `--web.listen-address=127.0.0.1:${exporterPort}`,
    ],
    { stdio: 'ignore' },
  )
  onTestFinished(() => void exporter.kill('SIGKILL'))
  const metrics = () =>
    exchange(`http://127.0.0.1:${exporterPort}/metrics`).then(
      ({ body }) => body,
      () => '',
    )
  await until(async () => /^haproxy_backend_http_responses_total\{backend="app",code="2xx"\} 5$/m.test(await metrics()))
  expect(await metrics()).toMatch(/^haproxy_up 1$/m)
})
