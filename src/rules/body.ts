// What rules see of a body. It is read from a copy: the request keeps all of it, with its length, for the server, and the response for
// the client.

/** As much as HAProxy sees: `tune.bufsize` without `tune.maxrewrite`. */
export const MAX_BODY_BYTES = 15_360

export interface SeenBody {
  /** One character for each byte. */
  readonly bytes: string
  /** There is no more of it. */
  readonly isWhole: boolean
}

/** Of a Request, or a Response. */
export interface BodySource {
  readonly body: ReadableStream<Uint8Array> | null
  clone(): { readonly body: ReadableStream<Uint8Array> | null }
}

export const NO_BODY: SeenBody = { bytes: '', isWhole: true }

/** Whether there is nothing more to wait for. */
export function isEnough({ bytes, isWhole }: SeenBody, least: number): boolean {
  return isWhole || bytes.length >= Math.min(least, MAX_BODY_BYTES)
}

/** All that comes within the time until it is enough. `timeMs` null: as long as the client stays. */
export async function readBody(source: BodySource, least: number, timeMs: number | null): Promise<SeenBody> {
  const { body } = source.clone()
  if (body === null) return NO_BODY
  const reader = body.getReader()
  let timer: ReturnType<typeof setTimeout> | undefined
  const isLate = new Promise<undefined>((resolve) => {
    if (timeMs !== null) timer = setTimeout(() => resolve(undefined), timeMs)
  })
  let seen: SeenBody = { bytes: '', isWhole: false }
  while (!isEnough(seen, least)) {
    const read = await Promise.race([reader.read(), isLate])
    if (read === undefined) break
    seen = read.done ? { ...seen, isWhole: true } : { bytes: seen.bytes + charactersOf(read.value), isWhole: false }
  }
  if (timer !== undefined) clearTimeout(timer)
  // The copy ends here; the promise is that of the request, too, which goes on.
  reader.cancel().catch(() => undefined)
  return seen.bytes.length > MAX_BODY_BYTES ? { bytes: seen.bytes.slice(0, MAX_BODY_BYTES), isWhole: false } : seen
}

/** A chunk may be larger than what a call takes as arguments. */
function charactersOf(chunk: Uint8Array): string {
  let text = ''
  for (let at = 0; at < chunk.length && at < MAX_BODY_BYTES; at += SLICE)
    text += String.fromCharCode(...chunk.subarray(at, at + SLICE))
  return text
}

const SLICE = 4096
