import { onScopeDispose, ref } from 'vue'
import { call, chatCreateChat, problemOf, type Problem } from '@/api'
import type { Source } from '@/api/generated'
import { language } from '@/app/i18n'
import { readEvents } from '@/lib/sse'

type Event =
  | { type: 'user_message' }
  | { type: 'chunk'; content: string }
  | { type: 'sources'; sources: Source[] }
  | { type: 'assistant_message'; message: { content: string; sources: Source[] } }
  | { type: 'error'; message: string }

export interface Answer {
  text: string
  sources: Source[]
  fault: string
}

/** What an event of the stream makes of the answer. */
export function heard(answer: Answer, event: Event): Answer {
  if (event.type === 'chunk') return { ...answer, text: answer.text + event.content }
  if (event.type === 'sources') return { ...answer, sources: event.sources }
  if (event.type === 'assistant_message') return { ...answer, text: event.message.content, sources: event.message.sources.length ? event.message.sources : answer.sources }
  return event.type === 'error' ? { ...answer, fault: event.message } : answer
}

/** One question to the default assistant, its answer as it comes. The conversation stays, to go on with. */
export function useAsking(done: () => void) {
  const asked = ref('')
  const answer = ref<Answer | null>(null)
  const isAsking = ref(false)
  const problem = ref<Problem | null>(null)
  const chat = ref('')
  let stop: AbortController | undefined

  async function ask(question: string): Promise<void> {
    if (isAsking.value || !question.trim()) return
    stop = new AbortController()
    asked.value = question.trim()
    answer.value = { text: '', sources: [], fault: '' }
    problem.value = null
    isAsking.value = true
    try {
      chat.value ||= (await chatCreateChat({ body: { language: language() }, throwOnError: true })).data.session.id
      const body = JSON.stringify({ content: asked.value })
      const response = await call(`/admin/chat/sessions/${chat.value}/stream`, { method: 'POST', body, headers: { 'content-type': 'application/json' }, signal: stop.signal })
      for await (const event of readEvents(response)) {
        if (event.data === '[DONE]') break
        answer.value = heard(answer.value, JSON.parse(event.data) as Event)
      }
      done()
    } catch (error) {
      if (!stop.signal.aborted) problem.value = problemOf(error)
    } finally {
      isAsking.value = false
    }
  }
  onScopeDispose(() => stop?.abort())
  return { asked, answer, isAsking, problem, chat, ask }
}
