// What of a request can be sent twice.

import { describe, expect, it } from 'vitest'

import { fieldsOf } from '../../http/fields.ts'
import type { Journey } from '../journey.ts'
import { counting, isIdempotent, replayableBody } from './replay.ts'

/** A body in these pieces, and whether anybody wanted it no more. */
function bodyOf(...pieces: readonly string[]) {
  const seen = { isCancelled: false }
  const left = [...pieces]
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift()
      if (piece === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(piece))
    },
    cancel: () => void (seen.isCancelled = true),
  })
  return { body, seen }
}

function journeyOf(method: string, body: ReadableStream | null, length?: number): Journey {
  const bytes = () => new Response(body).arrayBuffer()
  const headers = new Headers(length === undefined ? {} : { 'content-length': String(length) })
  return {
    request: { method, body, arrayBuffer: bytes },
    asked: { method, headers: fieldsOf(headers) },
  } as unknown as Journey
}

const PATIENCE_MS = 20

it('is idempotent what RFC 9110 calls so', () => {
  const methods = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'POST', 'PATCH', 'CONNECT', 'get']
  expect(methods.filter(isIdempotent)).toEqual(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
})

describe('a body', () => {
  it.each([
    ['there is none', journeyOf('POST', null)],
    ['it is announced to be empty', journeyOf('POST', bodyOf().body, 0)],
    ['it is a GET’s and empty', journeyOf('GET', bodyOf('', '').body)],
    ['it is a HEAD’s and empty', journeyOf('HEAD', bodyOf().body)],
  ])('is none where %s: that can be sent twice', async (_, journey) => {
    expect(await replayableBody(journey, 10, PATIENCE_MS)).toEqual({ body: null, replayable: true })
  })

  it.each(['GET', 'HEAD'])('of a %s cannot be sent, and is read no further than its first byte', async (method) => {
    const { body, seen } = bodyOf('', 'x', 'y')
    const made = await replayableBody(journeyOf(method, body), 10, PATIENCE_MS)
    expect(made).toMatchObject({ body: null, problem: { outcome: 'unsendable', status: 400 } })
    expect(seen.isCancelled).toBe(true)
  })

  it('of at most so many bytes is held', async () => {
    const { body, replayable } = await replayableBody(journeyOf('POST', bodyOf('12', '3').body, 3), 3, PATIENCE_MS)
    expect([replayable, new TextDecoder().decode(body as ArrayBuffer)]).toEqual([true, '123'])
  })

  it.each([
    ['longer', 4],
    ['of unknown length', undefined],
  ])('that is %s streams, and can be sent once', async (_, length) => {
    const { body } = bodyOf('1234')
    const made = replayableBody(journeyOf('POST', body, length), 3, PATIENCE_MS)
    expect(made).toEqual({ body, replayable: false })
    expect(made).not.toBeInstanceOf(Promise)
  })

  it.each(['GET', 'HEAD', 'POST'])('of a %s that does not come is given up', async (method) => {
    const body = new ReadableStream<Uint8Array>()
    expect(await replayableBody(journeyOf(method, body, 3), 3, PATIENCE_MS)).toMatchObject({
      problem: { outcome: 'unsendable', status: 408 },
    })
  })

  it('that breaks off while it is held rejects', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
    await expect(replayableBody(journeyOf('POST', body, 3), 3, PATIENCE_MS)).rejects.toThrow('gone')
  })
})

describe('counting', () => {
  it('counts what is read, and nothing before', async () => {
    const journey = journeyOf('POST', null)
    const reader = counting(bodyOf('12', '345').body, journey).getReader()
    expect(journey.bytesIn).toBe(0)
    let text = ''
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += new TextDecoder().decode(read.value)
    }
    expect([text, journey.bytesIn]).toEqual(['12345', 5])
  })

  it('leaves a body whose length is announced as it is', () => {
    const journey = journeyOf('POST', null, 5)
    const { body } = bodyOf('12345')
    expect(counting(body, journey)).toBe(body)
    expect(journey.bytesIn).toBeUndefined()
  })
})
