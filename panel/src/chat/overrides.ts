import { reactive, watch } from 'vue'
import type { LlmOverride } from '@/api/generated'

const KEY = 'secretary.chat.models'
const MOST = 50

/** Which model answers in a chat of one's own, how freely, and as whom; kept in this browser. */
export interface ModelChoice {
  backend: string
  persona: string
  temperature: string
}

const EMPTY: ModelChoice = { backend: '', persona: '', temperature: '' }
const kept = reactive<Record<string, ModelChoice>>(stored())

function stored(): Record<string, ModelChoice> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, ModelChoice>
  } catch {
    return {}
  }
}

watch(kept, (now) => {
  const chosen = Object.entries(now).filter(([, choice]) => Object.values(choice).some(Boolean))
  localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(chosen.slice(-MOST))))
})

export function choiceOf(sessionId: string): ModelChoice {
  return kept[sessionId] ?? EMPTY
}

export function choose(sessionId: string, change: Partial<ModelChoice>): void {
  kept[sessionId] = { ...choiceOf(sessionId), ...change }
}

/** As a message takes it; nothing where nothing is chosen. */
export function overrideOf({ backend, persona, temperature }: ModelChoice): LlmOverride | undefined {
  const degree = Number(temperature)
  const override: LlmOverride = {
    ...(backend ? { llm_backend: backend } : {}),
    ...(persona ? { persona_id: persona } : {}),
    ...(temperature !== '' && degree >= 0 && degree <= 2 ? { llm_params: { temperature: degree } } : {}),
  }
  return Object.keys(override).length ? override : undefined
}
