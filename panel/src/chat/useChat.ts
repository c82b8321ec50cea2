import { computed, inject, onScopeDispose, provide, ref, shallowRef, type InjectionKey } from 'vue'
import { chatChangeChat, chatDeleteMessage, chatRateAnswer, chatSwitchBranch } from '@/api'
import { problemOf } from '@/api/problem'
import { said } from '@/app/query'
import { useSession } from '@/app/session'
import { useToasts } from '@/app/toasts'
import { mayWrite } from './access'
import { renamed } from './lists'
import { asThread, withMessage } from './thread'
import type { Message } from './types'
import { useAnswer } from './useAnswer'
import { useAsking } from './useAsking'
import { useThread, patchThread } from './useThread'

/** What was typed and not sent, until the panel is closed. */
const drafts = new Map<string, string>()

export interface Row {
  message: Message
  isFirstOfDay: boolean
}

/** Everything about one open conversation; `openChat` makes it, the parts of the thread take it by `useChat`. */
export function openChat(id: string) {
  const toasts = useToasts()
  const session = useSession()
  const { thread, error, refetch, ...loading } = useThread(id)
  const answer = useAnswer(id, thread, refetch)
  const asking = useAsking(id, thread, refetch)
  const may = computed(() => mayWrite(session.me, thread.value?.session))
  const isGone = computed(() => error.value !== null && problemOf(error.value).status === 404)
  const why = shallowRef<Message | null>(null)
  const passage = shallowRef<{ message: Message; number: number } | null>(null)
  const faq = shallowRef<{ question: string; answer: string } | null>(null)
  const editing = shallowRef<string | null>(null)
  const draft = ref(drafts.get(id) ?? '')
  onScopeDispose(() => drafts.set(id, draft.value))

  const messages = computed<Message[]>(() => {
    const live = answer.live.value
    const all = thread.value?.messages ?? []
    return live ? all.map((message) => (message.id === live.id ? { ...message, ...live, status: message.status === 'queued' && live.content ? 'streaming' : message.status } : message)) : all
  })
  const rows = computed<Row[]>(() => messages.value.map((message, at) => ({ message, isFirstOfDay: dayOf(message) !== dayOf(messages.value[at - 1]) })))

  async function tell(work: () => Promise<unknown>, undo?: () => void): Promise<boolean> {
    try {
      await work()
      return true
    } catch (failed) {
      undo?.()
      toasts.say(said(failed), { kind: 'error' })
      return false
    }
  }

  function switchTo(messageId: string): Promise<boolean> {
    return tell(async () => {
      const { data } = await chatSwitchBranch({ path: { session_id: id }, body: { message_id: messageId }, throwOnError: true })
      patchThread(id, () => asThread(data))
    })
  }

  function rate(message: Message, value: 1 | -1 | 0, comment?: string): Promise<boolean> {
    const before = { feedback: message.feedback, feedback_comment: message.feedback_comment }
    patchThread(id, (known) => withMessage(known, message.id, { feedback: value || null, feedback_comment: comment ?? null }))
    return tell(
      () => chatRateAnswer({ path: { session_id: id, message_id: message.id }, body: { value, comment }, throwOnError: true }),
      () => patchThread(id, (known) => withMessage(known, message.id, before)),
    )
  }

  function remove(messageId: string): Promise<boolean> {
    return tell(async () => {
      await chatDeleteMessage({ path: { session_id: id, message_id: messageId }, throwOnError: true })
      await refetch()
    })
  }

  function change(what: { title?: string; system_prompt?: string }): Promise<boolean> {
    const before = thread.value?.session
    if (before) patchThread(id, (known) => ({ ...known, session: { ...known.session, ...what } }))
    return tell(
      async () => renamed((await chatChangeChat({ path: { session_id: id }, body: what, throwOnError: true })).data.session),
      () => before && patchThread(id, (known) => ({ ...known, session: before })),
    )
  }

  const chat = { id, thread, error, refetch, ...loading, ...answer, ...asking, may, isGone, why, passage, faq, editing, draft, messages, rows, switchTo, rate, remove, change }
  provide(CHAT, chat)
  return chat
}

export type Chat = ReturnType<typeof openChat>
const CHAT: InjectionKey<Chat> = Symbol('chat')

export function useChat(): Chat {
  return inject(CHAT)!
}

function dayOf(message: Message | undefined): string {
  return message ? new Date(message.created).toDateString() : ''
}
