// A port that takes lines of syslog.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'

import { onTestFinished } from 'vitest'

/** Datagrams that arrive at a port of ours. */
export async function syslogServer(): Promise<{ readonly port: number; readonly received: string[] }> {
  const received: string[] = []
  const socket = createSocket('udp4', (message) => received.push(message.toString())).bind(0, '127.0.0.1')
  onTestFinished(() => void socket.close())
  await once(socket, 'listening')
  return { port: socket.address().port, received }
}
