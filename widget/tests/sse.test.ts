import { expect, test } from 'vitest'
import { type Frame, FrameDecoder, framesOf } from '../src/sse'

const TEXT =
  ': ping\n\nid: 7\ndata: {"type":"chunk","content":"Привет, 🙂 мир"}\n\nid: 8\r\ndata: a\r\ndata: b\r\n\r\ndata: [DONE]\n\n'
const FRAMES: Frame[] = [
  { id: '7', data: '{"type":"chunk","content":"Привет, 🙂 мир"}' },
  { id: '8', data: 'a\nb' },
  { id: '8', data: '[DONE]' },
]

function decode(...packets: Uint8Array[]): Frame[] {
  const decoder = new FrameDecoder()
  return packets.flatMap((packet) => decoder.push(packet))
}

const bytes = new TextEncoder().encode(TEXT)

test('a stream cut in two at any byte gives the same frames', () => {
  for (let at = 0; at <= bytes.length; at++) expect(decode(bytes.slice(0, at), bytes.slice(at))).toEqual(FRAMES)
})

test('a stream that comes byte by byte gives the same frames', () => {
  expect(decode(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(FRAMES)
})

test('an event that is not finished is not given out', () => {
  expect(decode(new TextEncoder().encode('id: 1\ndata: half'))).toEqual([])
})

test('a field without a space after the colon, and unknown fields, are read', () => {
  expect(decode(new TextEncoder().encode('event: x\nretry:5\nid:9\ndata:y\n\n'))).toEqual([{ id: '9', data: 'y' }])
})

test('a silent server ends the stream', async () => {
  const body = new ReadableStream<Uint8Array>({
    start: (source) => source.enqueue(new TextEncoder().encode('data: x\n\n')),
  })
  const frames: Frame[] = []
  for await (const frame of framesOf(new Response(body), 20)) frames.push(frame)
  expect(frames).toEqual([{ id: '', data: 'x' }])
})
