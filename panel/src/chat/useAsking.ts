import { computed, ref, type Ref } from 'vue'
import { chatAsk, chatEditMessage, chatRegenerateAnswer } from '@/api'
import { problemOf, type Problem } from '@/api/problem'
import { said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { choiceOf, overrideOf } from './overrides'
import { withExchange, type Thread } from './thread'
import { patchThread } from './useThread'

const TRIES = 3
const WAIT_MS = 800

/** A question on its way: its own name makes repeating it harmless. */
export interface Pending {
  id: string
  text: string
  problem: Problem | null
}

/** Asking, asking differently, and asking again. The answer is listened to by `useAnswer`. */
export function useAsking(sessionId: string, thread: Ref<Thread | undefined>, refetch: () => Promise<unknown>) {
  const toasts = useToasts()
  const pending = ref<Pending | null>(null) as Ref<Pending | null>
  const isSending = computed(() => Boolean(pending.value && !pending.value.problem))
  const llm_override = () => overrideOf(choiceOf(sessionId))

  async function ask(text: string): Promise<void> {
    if (isSending.value) return
    pending.value = { id: freshId(), text, problem: null }
    await send()
  }

  async function send(): Promise<void> {
    const question = pending.value
    if (!question) return
    question.problem = null
    try {
      const { data } = await patiently(() =>
        chatAsk({ path: { session_id: sessionId }, query: { wait: false }, body: { content: question.text, message_id: question.id, llm_override: llm_override() }, throwOnError: true }),
      )
      if (pending.value?.id === question.id) pending.value = null
      if (thread.value) patchThread(sessionId, (known) => withExchange(known, data.message, data.response))
      else await refetch()
    } catch (error) {
      if (pending.value?.id === question.id) pending.value = { ...question, problem: problemOf(error) }
    }
  }

  /** Takes back a question that could not be sent; its text, to be changed. */
  function takeBack(): string {
    const text = pending.value?.text ?? ''
    pending.value = null
    return text
  }

  /** A sibling of a question with an answer of its own; false when it was not taken. */
  async function edit(messageId: string, content: string): Promise<boolean> {
    return tell(async () => {
      const { data } = await chatEditMessage({ path: { session_id: sessionId, message_id: messageId }, query: { wait: false }, body: { content, llm_override: llm_override() }, throwOnError: true })
      patchThread(sessionId, (known) => withExchange(known, data.message, data.response))
      await refetch()
    })
  }

  async function regenerate(messageId: string): Promise<boolean> {
    return tell(async () => {
      await chatRegenerateAnswer({ path: { session_id: sessionId, message_id: messageId }, query: { wait: false }, body: { llm_override: llm_override() }, throwOnError: true })
      await refetch()
    })
  }

  async function tell(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return false
    }
  }
  return { pending, isSending, ask, send, takeBack, edit, regenerate }
}

/** Tries again while it is the network that fails. */
async function patiently<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!problemOf(error).isOffline || tries >= TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS * tries))
    }
  }
}

/** As `crypto.randomUUID`, which a page without TLS does not have. */
function freshId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
