import { expect, it } from 'vitest'

import { boundedText } from './bounded-text.ts'

function sending(...chunks: readonly (string | Uint8Array)[]) {
  const seen = { read: 0 }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[seen.read]
        if (chunk === undefined) return controller.close()
        seen.read += 1
        controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
      },
    },
    { highWaterMark: 0 },
  )
  const request = new Request('https://www.example.com/', { method: 'POST', body, duplex: 'half' } as RequestInit)
  return { request, seen }
}

it('is the whole body up to the limit, in bytes', async () => {
  expect(await boundedText(sending('1234', '5678').request, 8)).toBe('12345678')
  expect(await boundedText(sending('ü', 'ü').request, 4)).toBe('üü')
  expect(await boundedText(sending('ü', 'ü').request, 3)).toBeUndefined()
  expect(await boundedText(new Request('https://www.example.com/'), 0)).toBe('')
})

it('reads a letter that two chunks share', async () => {
  const [first, second] = new TextEncoder().encode('ü')
  expect(await boundedText(sending(new Uint8Array([first!]), new Uint8Array([second!])).request, 8)).toBe('ü')
})

it('does not read on when there is too much', async () => {
  const { request, seen } = sending('12345', '6789', 'more', 'and more')
  expect(await boundedText(request, 8)).toBeUndefined()
  expect(seen.read).toBe(2)
})
