// A server's address under `limpet serve`: the process that started this one starts others, which have it.

import type { AddressChange } from '../../admin/operations.ts'
import type { Env } from '../env.ts'

/** Returns why it cannot be changed; undefined: done. */
export async function askSupervisor({ LIMPET_SUPERVISOR }: Env, to: AddressChange): Promise<string | undefined> {
  const answer = await LIMPET_SUPERVISOR!.fetch('http://supervisor/', {
    method: 'POST',
    body: JSON.stringify({ setAddress: to }),
  })
  if (!answer.ok) return `addr was not changed: ${await answer.text()}`
  const { problem } = await answer.json<{ readonly problem?: string }>()
  return problem
}
