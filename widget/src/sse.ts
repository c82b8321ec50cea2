/** Owns the reading of `text/event-stream`, whatever way the network cuts it into packets. */

export interface Frame {
  id: string
  data: string
}

/** The server sends a comment every 15 s; this long without a byte means that the line is dead. */
const SILENCE_MS = 45_000

/** Bytes in, frames out. Half a letter, half a line and half an event wait for their other half. */
export class FrameDecoder {
  #letters = new TextDecoder()
  #rest = ''
  #id = ''
  #data: string[] = []

  push(bytes: Uint8Array): Frame[] {
    const lines = (this.#rest + this.#letters.decode(bytes, { stream: true })).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.#take(line.endsWith('\r') ? line.slice(0, -1) : line))
  }

  #take(line: string): Frame[] {
    if (line === '') return this.#finish()
    const [, field, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (field === 'id') this.#id = value
    if (field === 'data') this.#data.push(value)
    return []
  }

  #finish(): Frame[] {
    const data = this.#data.splice(0)
    return data.length ? [{ id: this.#id, data: data.join('\n') }] : []
  }
}

/** Frames of a response as they come. Ends when the server ends or falls silent. */
export async function* framesOf(response: Response, silence_ms = SILENCE_MS): AsyncGenerator<Frame> {
  const reader = response.body!.getReader()
  const decoder = new FrameDecoder()
  const hangUp = (): void => void reader.cancel().catch(() => undefined)
  let silence: ReturnType<typeof setTimeout> | undefined
  try {
    for (;;) {
      silence = setTimeout(hangUp, silence_ms)
      const { done, value } = await reader.read()
      clearTimeout(silence)
      if (done) return
      yield* decoder.push(value)
    }
  } finally {
    clearTimeout(silence)
    hangUp()
  }
}
