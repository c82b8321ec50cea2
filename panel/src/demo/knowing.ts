import type { Source } from '@/api/generated'
import { rowsOf, store } from './data'
import { isEnglish, type Row } from './http'

export interface Known {
  text: string
  by: 'faq' | 'llm'
  model: string | null
  sources: Source[]
  why: Row | null
}

const LIKE_ENOUGH = 0.5
const STEM = 5
const STAYS_UNSAID = {
  ru: 'Этого я пока не знаю. Могу передать вопрос сотруднику: напишите «позовите человека», и я запишу, как с вами связаться.',
  en: 'I do not know that yet. I can pass your question on: write “call a person”, and I will note how to reach you.',
}

/** The beginnings of a text's words: enough to see that two questions ask the same. */
export function stems(text: string): Set<string> {
  const words = text.toLowerCase().replaceAll('ё', 'е').match(/[\p{L}\p{N}]+/gu) ?? []
  return new Set(words.filter((word) => word.length > 2).map((word) => word.slice(0, STEM)))
}

export function likeness(one: Set<string>, other: Set<string>): number {
  const both = [...one].filter((stem) => other.has(stem)).length
  return both / Math.max(1, Math.min(one.size, other.size) + Math.abs(one.size - other.size) / 2)
}

/** The entry of the FAQ that a question hits. */
export function hit(question: string): { entry: Row; phrasing: string } | null {
  const asked = stems(question)
  let best: { entry: Row; phrasing: string } | null = null
  let most = LIKE_ENOUGH
  for (const entry of rowsOf('/admin/faq', 'entries').filter((each) => each.enabled)) {
    for (const phrasing of [String(entry.question), ...(entry.phrasings as { text: string }[]).map((each) => each.text)]) {
      const like = likeness(asked, stems(phrasing))
      if (like > most) [best, most] = [{ entry, phrasing }, like]
    }
  }
  return best
}

/** What the demo answers: from the FAQ, or as it was answered to a customer who asked the same. */
export function answerTo(question: string): Known {
  const found = hit(question)
  if (found) return { text: filled(String(found.entry.answer)), by: 'faq', model: null, sources: [], why: null }
  const asked = stems(question)
  const told = store.chats.flatMap((chat) => chat.messages.map((message) => ({ chat, message })))
  const [best] = told
    .filter(({ message }) => message.role === 'user')
    .map((each) => ({ ...each, like: likeness(asked, stems(each.message.content)) }))
    .filter((each) => each.like > LIKE_ENOUGH)
    .sort((a, b) => b.like - a.like)
  const answer = best?.chat.messages.find((message) => message.parent_id === best.message.id && message.answered_by === 'llm')
  if (!answer) return { text: STAYS_UNSAID[isEnglish() ? 'en' : 'ru'], by: 'llm', model: 'gpt-4o-mini', sources: [], why: null }
  return { text: answer.content, by: 'llm', model: answer.model, sources: answer.sources, why: store.why[answer.id] ?? null }
}

/** The business card's words in an answer. */
function filled(text: string): string {
  const card = (rowsOf('/admin/assistants', 'assistants')[0]?.card ?? {}) as Record<string, string>
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => card[name] || { company: 'Чайная лавка', phone: '+7 495 000-00-00', hours: '10:00–20:00' }[name] || whole)
}
