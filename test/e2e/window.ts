// The operator's window of HAProxy or of Limpet, with one and the same haproxy.cfg: its socket, its page, its CSV.

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { spawnServe, temporaryDirectory, until } from './harness.ts'
import type { Origin } from './harness.ts'

type Peer = 'haproxy' | 'limpet'

export interface Started {
  readonly url: string
  readonly statsUrl: string
  say(commands: string): Promise<string>
  readonly socket: string
}

/** `mailer`: the address of a mail server that hears of every change. */
export async function start(peer: Peer, origins: readonly Origin[], mailer?: string): Promise<Started> {
  const directory = temporaryDirectory()
  const [port, statsPort] = [await freePort(), await freePort()]
  const socket = join(directory, 'admin.sock')
  const servers = origins.map(
    ({ name, port: own }, i) => `  server ${name} 127.0.0.1:${own} cookie ${name} check inter 200ms weight ${i + 1}`,
  )
  const mails = [
    'email-alert mailers mta',
    'email-alert from lb@example.com',
    'email-alert to ops@example.com',
    'email-alert level notice',
    'email-alert myhostname lb1.example.com',
  ]
  const cfg = `global
  stats socket ${socket} level admin
${mailer === undefined ? '' : `mailers mta\n  mailer m1 ${mailer}\n`}
defaults
${mailer === undefined ? '' : mails.join('\n')}
  mode http
  timeout connect 1s
  timeout check 30s
  timeout client 10s
  timeout server 10s
frontend www
  bind 127.0.0.1:${port}
  maxconn 500
  default_backend app
backend app
  balance roundrobin
  cookie SRV insert indirect
  option httpchk GET /health
  stick-table type string len 32 size 100 expire 1m
  stick on req.cook(sid)
${servers.join('\n')}
  server spare 127.0.0.1:${origins[0]!.port} backup
listen numbers
  bind 127.0.0.1:${statsPort}
  stats enable
  stats uri /numbers
  stats auth ann:secret
  stats admin if TRUE
`
  const file = join(directory, 'window.cfg')
  writeFileSync(file, cfg)
  if (peer === 'limpet') {
    await spawnServe([file], { environment: { LIMPET_ADMIN_TOKEN: '' } }).listening(2)
  } else {
    const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
  }
  const say = (commands: string) => converse(socket, `${commands}\n`)
  await until(() =>
    say('show stat').then(
      (answer) => answer.split('L7OK').length > origins.length,
      () => false,
    ),
  )
  return { url: `http://127.0.0.1:${port}`, statsUrl: `http://127.0.0.1:${statsPort}/numbers`, say, socket }
}

export async function converse(path: string, words: string): Promise<string> {
  const socket = connect(path)
  socket.write(words)
  return text(socket)
}

export type Rows = ReadonlyMap<string, Readonly<Record<string, string>>>

export function parseCsv(csv: string): { readonly header: string; readonly rows: Rows } {
  const [header = '', ...lines] = csv.trim().split('\n')
  const names = header.replace(/^# /, '').split(',')
  const rows = lines.map((line) => {
    const cells = line.split(',')
    return [`${cells[0]}/${cells[1]}`, Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']))] as const
  })
  return { header, rows: new Map(rows) }
}
