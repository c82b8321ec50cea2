import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { chatWriteNote, inboxReplyToCustomer } from '@/api'
import { chatListNotesQueryKey } from '@/api/generated/@tanstack/vue-query.gen'
import { problemOf } from '@/api/problem'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { useEnclosing } from './enclosing'
import type { OpenCase } from './openCase'
import { stored } from './steps'

const LONGEST = 4096

/** Writing to the customer as a person, and notes: what could not be sent stays where it was typed, with the reason. */
export function useReplying(one: OpenCase) {
  const { id, chat, draft } = one
  const enclosed = useEnclosing(one)
  const { t } = useI18n()
  const toasts = useToasts()
  const isSending = ref(false)
  const problem = ref('')

  async function reply(): Promise<void> {
    const text = draft.reply.value.trim()
    if (isSending.value || (!text && !enclosed.files.value.length)) return
    if ([...text].length > LONGEST) return void (problem.value = t('inbox.tooLong', { n: LONGEST }))
    if (enclosed.files.value.length) return tried(() => sendFiles(text))
    await tried(async () => {
      const { data } = await inboxReplyToCustomer({ path: { session_id: id }, body: { text, message_id: draft.number() }, throwOnError: true })
      if (draft.reply.value.trim() === text) draft.sent()
      stored(data.session)
      await chat.refetch()
    })
  }
  async function sendFiles(text: string): Promise<void> {
    try {
      await enclosed.send(text, ({ session }, isFirst) => {
        if (isFirst && draft.reply.value.trim() === text) draft.sent()
        stored(session)
      })
    } finally {
      await Promise.all([chat.refetch(), one.query.refetch()])
    }
  }
  async function note(): Promise<void> {
    const text = draft.note.value.trim()
    if (!text || isSending.value) return
    await tried(async () => {
      await chatWriteNote({ path: { session_id: id }, body: { text }, throwOnError: true })
      if (draft.note.value.trim() === text) draft.note.value = ''
      toasts.say(t('chat.noteSaved'))
      await queries.invalidateQueries({ queryKey: chatListNotesQueryKey({ path: { session_id: id } }) })
    })
  }
  async function tried(work: () => Promise<void>): Promise<void> {
    isSending.value = true
    problem.value = ''
    try {
      await work()
    } catch (error) {
      problem.value = problemOf(error).isOffline ? t('inbox.notSent') : said(error)
    } finally {
      isSending.value = false
    }
  }
  return { isSending, problem, enclosed, reply, note }
}
