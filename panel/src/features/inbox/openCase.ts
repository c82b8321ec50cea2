import { useQuery } from '@tanstack/vue-query'
import { computed, inject, provide, ref, watch, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import { inboxReadInboxSessionOptions } from '@/api/generated/@tanstack/vue-query.gen'
import { problemOf } from '@/api/problem'
import { useSession } from '@/app/session'
import { provideCase, speakerOf } from '@/chat/case'
import { useColleagues } from '@/chat/colleagues'
import type { Message } from '@/chat/types'
import { openChat } from '@/chat/useChat'
import { useNow } from '@/ui/now'
import { isHeld, mayHandle, nameOf, standingOf } from './cases'
import { useDraft } from './drafts'
import { useSteps } from './steps'

/** One customer's conversation: its words, who has it, and what can be done with it. */
export function openCase(id: string) {
  const { t } = useI18n()
  const me = useSession()
  const now = useNow()
  const chat = openChat(id)
  const query = useQuery(inboxReadInboxSessionOptions({ path: { session_id: id } }))
  const row = computed(() => query.data.value?.session)
  const staff = useColleagues()
  const colleagues = computed(() => staff.colleagues.value.filter((each) => each.answers_all || each.id === chat.thread.value?.session.owner_id))
  const standing = computed(() => (row.value ? standingOf(row.value, me.me?.id ?? '', now.value) : 'secretary'))
  const held = computed(() => isHeld(standing.value))
  const may = computed(() => mayHandle(me.me, chat.thread.value?.session.owner_id))
  const isMissing = computed(() => query.error.value !== null && problemOf(query.error.value).status === 404)
  const name = computed(() => (row.value ? nameOf(row.value) : '') || t('chat.untitled'))
  const draft = useDraft(id)
  const steps = useSteps(id, row, standing)
  const focus = ref<(mode: 'reply' | 'note') => void>(() => undefined)

  function byId(userId: string | null | undefined): string {
    if (userId && userId === me.me?.id) return t('chat.byYou')
    if (userId && userId === row.value?.assignee?.id) return row.value.assignee.name
    return staff.nameOf(userId) || t('inbox.colleague')
  }
  /** Who wrote: where the backend does not say which colleague, it is not guessed. */
  function speaker(message: Message): string {
    const by = speakerOf(message)
    if (by === 'customer') return row.value?.contact?.name || t('chat.byCustomer')
    if (by === 'person') return byId(message.author_id)
    return t(by === 'notice' ? 'chat.byNotice' : 'chat.byAssistant')
  }
  function putBack(text: string): void {
    draft.reply.value = [draft.reply.value.trim(), text].filter(Boolean).join('\n')
    focus.value('reply')
  }
  const deliveries = computed(() => {
    const parts = new Map<string, NonNullable<typeof row.value>['deliveries'][number][]>()
    for (const part of row.value?.deliveries ?? []) parts.set(part.message_id, [...(parts.get(part.message_id) ?? []), part])
    return parts
  })
  provideCase({
    customer: name,
    isHeld: held,
    isPushed: computed(() => row.value?.source !== 'widget'),
    mayWrite: may,
    deliveriesOf: (messageId) => deliveries.value.get(messageId) ?? [],
    filesOf: (messageId) => row.value?.attachments[messageId] ?? [],
    nameOf: speaker,
    sendAgain: (messageId) => void steps.sendAgain(messageId),
    writeAgain: putBack,
  })

  /** Whoever looks at it has seen it. */
  const isSeen = ref(document.visibilityState === 'visible')
  const look = (): void => void (isSeen.value = document.visibilityState === 'visible')
  document.addEventListener('visibilitychange', look)
  watch([() => row.value?.unread, isSeen, may], ([unread, seen, allowed]) => unread && seen && allowed && void steps.read(), { immediate: true })

  const made = { id, chat, row, query, standing, held, may, isMissing, name, draft, steps, colleagues, focus, putBack, close: () => document.removeEventListener('visibilitychange', look) }
  provide(OPEN, made)
  return made
}

export type OpenCase = ReturnType<typeof openCase>
const OPEN: InjectionKey<OpenCase> = Symbol('open case')

export function useOpenCase(): OpenCase {
  return inject(OPEN)!
}
