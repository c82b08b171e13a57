// systemd's Type=notify (sd_notify(3)): the service counts as started once it listens. Node has no datagram sockets by path, so
// systemd-notify sends the message; the unit needs NotifyAccess=all, since that is another process.

import { spawn } from 'node:child_process'

import { messageOf } from '../../errors.ts'

/** Nothing unless systemd waits for it. False: it could not be told. */
export async function notifySystemd(message: '--ready' | '--stopping', ...more: readonly string[]): Promise<boolean> {
  if (!process.env['NOTIFY_SOCKET']) return true
  const failed = (why: string) => {
    console.error(`systemd was not notified (${message.slice(2)}): ${why}; use Type=exec in the unit if it cannot be`)
    return false
  }
  const child = spawn('systemd-notify', [message, ...more], { stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise<boolean>((resolve) => {
    child.on('error', (error) => resolve(failed(messageOf(error))))
    child.on('exit', (status) => resolve(status === 0 || failed(`systemd-notify ended with ${status}`)))
  })
}
