import { freshId } from './http'

const PING_MS = 5000
const listeners = new Set<(text: string) => void>()
let number = 0

/** Tells whoever listens that a row has changed, as the program does. */
export function tell(resource: string, action: 'create' | 'update' | 'delete', id: string = freshId()): void {
  const text = frame({ type: `${resource}.${action}`, resource, id }, ++number)
  for (const listener of listeners) listener(text)
}

export function frame(data: unknown, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}

/** An event stream that `write` fills until it is done or the listener has left. */
export function stream(signal: AbortSignal, write: (say: (text: string) => void) => Promise<void>): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      let isOpen = true
      const end = (): void => {
        if (isOpen) controller.close()
        isOpen = false
      }
      signal.addEventListener('abort', end)
      await write((text) => isOpen && controller.enqueue(encoder.encode(text))).catch(() => undefined)
      end()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

/** `/admin/events`: quiet until something changes. */
export function events(signal: AbortSignal): Response {
  return stream(signal, async (say) => {
    say(frame({ type: 'ready' }, number))
    listeners.add(say)
    const timer = setInterval(() => say(': ping\n\n'), PING_MS)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    clearInterval(timer)
    listeners.delete(say)
  })
}
