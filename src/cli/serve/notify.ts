// systemd's Type=notify (sd_notify(3)): the service counts as started once it listens. Node has no datagram sockets by path, so
// systemd-notify sends the message; the unit needs NotifyAccess=all, since that is another process.

import { spawn } from 'node:child_process'

import { messageOf } from '../../errors.ts'

/** Nothing unless systemd waits for it. */
export function notifySystemd(message: '--ready' | '--stopping'): void {
  if (!process.env['NOTIFY_SOCKET']) return
  const failed = (why: string) =>
    console.error(`systemd was not notified (${message.slice(2)}): ${why}; use Type=exec in the unit if it cannot be`)
  spawn('systemd-notify', [message], { stdio: ['ignore', 'ignore', 'inherit'] })
    .on('error', (error) => failed(messageOf(error)))
    .on('exit', (status) => {
      if (status !== 0) failed(`systemd-notify ended with ${status}`)
    })
}
