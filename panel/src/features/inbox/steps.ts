import { ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { inboxAssignSession, inboxCloseSession, inboxGiveSessionBack, inboxReadSession, inboxReopenSession, inboxResendMessage, inboxTakeSession } from '@/api'
import { inboxReadInboxSessionQueryKey } from '@/api/generated/@tanstack/vue-query.gen'
import type { Inbox, InboxRow, InboxSession, OneInboxSession } from '@/api/generated'
import { problemOf } from '@/api/problem'
import { confirm } from '@/app/confirm'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import type { Standing } from './cases'
import { COUNTS, ROWS } from './keys'

/** A conversation as it stands now, in the open one and in every list; the numbers are asked for again. */
export function stored(session: InboxRow): void {
  queries.setQueryData<OneInboxSession>(inboxReadInboxSessionQueryKey({ path: { session_id: session.id } }), (known) => known && { session: { ...known.session, ...session } })
  for (const [key, known] of queries.getQueriesData<{ pages: Inbox[] }>({ queryKey: [{ _id: ROWS }] })) {
    const pages = known?.pages.map((page) => ({ ...page, sessions: page.sessions.map((row) => (row.id === session.id ? session : row)) }))
    if (known && pages) queries.setQueryData(key, { ...known, pages })
  }
  void queries.invalidateQueries({ predicate: ({ queryKey }) => [ROWS, COUNTS].includes((queryKey[0] as { _id?: string })?._id ?? '') })
}

/** What is done with a conversation, each with a way back: by the bar that says who has it, or by a word at the edge. */
export function useSteps(id: string, row: Ref<InboxSession | undefined>, standing: Ref<Standing>) {
  const { t } = useI18n()
  const toasts = useToasts()
  const busy = ref('')
  const path = { session_id: id }
  const call = {
    take: (force = false) => inboxTakeSession({ path, body: { force }, throwOnError: true }),
    giveBack: () => inboxGiveSessionBack({ path, throwOnError: true }),
    close: () => inboxCloseSession({ path, throwOnError: true }),
    reopen: () => inboxReopenSession({ path, throwOnError: true }),
    assign: (userId: string | null) => inboxAssignSession({ path, body: { user_id: userId }, throwOnError: true }),
  }

  async function run(name: string, work: () => Promise<{ data: { session: InboxRow } }>): Promise<boolean> {
    if (busy.value) return false
    busy.value = name
    try {
      stored((await work()).data.session)
      return true
    } catch (error) {
      if (problemOf(error).code === 'taken_by_other') throw error
      toasts.say(said(error), { kind: 'error' })
      return false
    } finally {
      busy.value = ''
    }
  }
  function tell(text: string, back: () => Promise<unknown>): void {
    const close = toasts.say(text, { action: { label: t('action.undo'), run: () => (toasts.close(close), void back()) } })
  }
  const isMine = (): boolean => standing.value === 'mine'

  async function take(): Promise<boolean> {
    const before = standing.value
    if (before === 'mine') return true
    if (before === 'other') return takeAway()
    try {
      if (!(await run('take', () => call.take()))) return false
    } catch {
      return takeAway()
    }
    return true
  }
  async function takeAway(): Promise<boolean> {
    const from = row.value?.assignee
    const name = from?.name ?? t('inbox.colleague')
    if (!(await confirm({ title: t('inbox.takeAwayTitle', { name }), text: t('inbox.takeAwayText'), action: t('inbox.takeOver') }))) return false
    return run('take', () => call.take(true))
  }
  async function giveBack(): Promise<void> {
    await run('giveBack', call.giveBack)
  }
  async function close(): Promise<void> {
    const wasMine = isMine()
    if (standing.value === 'closed' || !(await run('close', call.close))) return
    tell(t('inbox.told.closed'), () => run('reopen', wasMine ? () => call.take() : call.reopen))
  }
  async function reopen(): Promise<void> {
    if (await run('reopen', call.reopen)) tell(t('inbox.told.reopened'), () => run('close', call.close))
  }
  async function assign(user: { id: string; name: string } | null): Promise<void> {
    const before = row.value?.assignee?.id ?? null
    if (before === (user?.id ?? null) || !(await run('assign', () => call.assign(user?.id ?? null)))) return
    tell(user ? t('inbox.told.assigned', { name: user.name }) : t('inbox.told.unassigned'), () => run('assign', () => call.assign(before)))
  }
  /** Nobody is told of it, whether it works or not. */
  async function read(): Promise<void> {
    const { data } = await inboxReadSession({ path, throwOnError: false }).catch(() => ({ data: undefined }))
    if (data) stored(data.session)
  }
  async function sendAgain(messageId: string): Promise<void> {
    try {
      await inboxResendMessage({ path: { ...path, message_id: messageId }, throwOnError: true })
      toasts.say(t('inbox.told.sentAgain'))
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
    }
    await queries.invalidateQueries({ queryKey: inboxReadInboxSessionQueryKey({ path }) })
  }
  return { busy, take, giveBack, close, reopen, assign, read, sendAgain }
}
