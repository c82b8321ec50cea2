import { ref, watch, type Ref } from 'vue'

const KEY = 'secretary.inbox.drafts'
const MOST = 40

export type Mode = 'reply' | 'note'
interface Draft {
  reply: string
  note: string
  /** The number under which the reply is sent: sending it again, after who knows what, writes it once. */
  number: string
}

/** What was typed and not sent, by conversation, until the browser's tab is closed. */
export function useDraft(id: string): { reply: Ref<string>; note: Ref<string>; number: () => string; sent: () => void } {
  const kept = read()[id]
  const reply = ref(kept?.reply ?? '')
  const note = ref(kept?.note ?? '')
  let number = kept?.number ?? ''
  watch(reply, (now, before) => {
    if (now.trim() !== before.trim()) number = ''
  }, { flush: 'sync' })
  const save = (): void => write(id, { reply: reply.value, note: note.value, number })
  watch([reply, note], save, { flush: 'sync' })
  return {
    reply,
    note,
    number: () => {
      number ||= fresh()
      save()
      return number
    },
    sent: () => {
      reply.value = ''
      number = ''
      save()
    },
  }
}

function read(): Record<string, Draft> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Record<string, Draft>
  } catch {
    return {}
  }
}

function write(id: string, draft: Draft): void {
  const others = Object.entries(read()).filter(([each]) => each !== id)
  const all = draft.reply || draft.note ? [...others, [id, draft] as const] : others
  try {
    sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(all.slice(-MOST))))
  } catch {
    // A full store: what is typed stays on the page.
  }
}

function fresh(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
