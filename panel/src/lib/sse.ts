export interface StreamEvent {
  id: string
  event: string
  data: string
}

/** Reads server-sent events (WHATWG HTML 9.2) from a response; ends when the stream does. */
export async function* readEvents(response: Response): AsyncGenerator<StreamEvent> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let current: StreamEvent = { id: '', event: 'message', data: '' }
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const lines = (rest + value).split(/\r\n|\n|\r/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line) take(current, line)
        else {
          if (current.data) yield { ...current, data: current.data.slice(0, -1) }
          current = { id: current.id, event: 'message', data: '' }
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function take(event: StreamEvent, line: string): void {
  const colon = line.indexOf(':')
  const field = colon < 0 ? line : line.slice(0, colon)
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (field === 'data') event.data += `${value}\n`
  else if (field === 'id') event.id = value
  else if (field === 'event') event.event = value
}
