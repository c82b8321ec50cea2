import { computed, onScopeDispose, reactive, shallowRef, watch, type Ref } from 'vue'
import { chatCancelAnswer } from '@/api'
import { problemOf } from '@/api/problem'
import { said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { listen, type Heard } from './listening'
import { onceAFrame } from './painting'
import type { Thread } from './thread'
import { isUnfinished, type Message, type QuickReply, type Source } from './types'

interface Live {
  id: string
  content: string
  sources: Source[]
  buttons: QuickReply[]
}

const SETTLES_MS = 700

/** The answer that is being given in a conversation, painted once a frame. It is listened to whenever there is one:
 * after asking, after a reload, or when somebody else asked. */
export function useAnswer(sessionId: string, thread: Ref<Thread | undefined>, refetch: () => Promise<unknown>) {
  const toasts = useToasts()
  const live = shallowRef<Live | null>(null)
  const isLost = shallowRef(false)
  const faults = reactive<Record<string, string>>({})
  let heard: Live | null = null
  let stop: AbortController | null = null
  const painter = onceAFrame(() => (live.value = heard && { ...heard }))
  const open = computed(() => thread.value?.messages.findLast(isUnfinished)?.id ?? null)

  function hear(event: Heard): void {
    isLost.value = event.type === 'lost'
    if (!heard) return
    if (event.type === 'chunk') heard.content += event.content
    else if (event.type === 'sources') heard.sources = event.sources
    else if (event.type === 'buttons') heard.buttons = event.buttons
    else if (event.type === 'assistant_message') heard.content = event.message.content
    else if (event.type === 'error') faults[heard.id] = event.message
    painter.ask()
  }

  async function attach(message: Message): Promise<void> {
    const mine = (stop = new AbortController())
    heard = { id: message.id, content: message.content, sources: message.sources, buttons: message.buttons }
    painter.now()
    try {
      await listen(sessionId, message.id, message.content, hear, mine.signal)
    } catch (error) {
      if (mine.signal.aborted) return
      if (problemOf(error).status !== 404) toasts.say(said(error), { kind: 'error' })
    }
    painter.now()
    await settle(mine.signal)
    if (stop === mine) leave()
  }

  /** The stream's end may come a moment before the row's. */
  async function settle(signal: AbortSignal): Promise<void> {
    for (let tries = 0; tries < 5 && !signal.aborted; tries++) {
      await refetch()
      const message = thread.value?.messages.find((each) => each.id === heard?.id)
      if (!message || !isUnfinished(message)) return
      await new Promise((resolve) => setTimeout(resolve, SETTLES_MS))
    }
  }

  function leave(): void {
    stop?.abort()
    stop = heard = null
    isLost.value = false
    painter.now()
  }

  watch(
    open,
    (id) => {
      if (!id || id === heard?.id) return
      leave()
      void attach(thread.value!.messages.find((message) => message.id === id)!)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    stop?.abort()
    painter.stop()
  })

  async function cancel(): Promise<void> {
    const id = heard?.id ?? open.value
    if (!id) return
    try {
      await chatCancelAnswer({ path: { session_id: sessionId, message_id: id }, throwOnError: true })
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
    }
  }

  const isAnswering = computed(() => open.value !== null)
  return { live, isLost, isAnswering, faults, cancel }
}
