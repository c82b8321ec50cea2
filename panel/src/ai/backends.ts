import { useQuery } from '@tanstack/vue-query'
import { Ban, Cloud, HardDrive, Server, Sparkles, type LucideIcon } from '@lucide/vue'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { llmListProvidersOptions, llmReadBackendOptions } from '@/api/generated/@tanstack/vue-query.gen'
import { useSession } from '@/app/session'

export interface Backend {
  id: string
  name: string
  model: string
  icon: LucideIcon
  state: 'ready' | 'resting' | 'off' | 'missing' | 'plain'
}

const OF_ENVIRONMENT: Record<string, LucideIcon> = { vllm: Server, gemini: Cloud, local: HardDrive }

/** Everybody who can be named in a chain, and how he is. */
export function useBackends() {
  const { t, te } = useI18n()
  const session = useSession()
  const now = useQuery(computed(() => ({ ...llmReadBackendOptions(), enabled: session.may({ module: 'llm' }) })))
  const stored = useQuery(computed(() => ({ ...llmListProvidersOptions({ query: { limit: 500 } }), enabled: session.may({ module: 'providers' }) })))
  const ready = computed(() => new Map(now.data.value?.available.map((each) => [each.backend, each]) ?? []))

  const all = computed<Backend[]>(() => {
    const cloud = (stored.data.value?.providers ?? []).map((each): Backend => {
      const state = !each.enabled ? 'off' : ready.value.get(each.backend)?.is_ready === false ? 'resting' : 'ready'
      return { id: each.backend, name: each.name, model: each.model_name, icon: Cloud, state }
    })
    const seen = new Set(cloud.map((each) => each.id))
    const other = [...ready.value.values()].filter((each) => !seen.has(each.backend)).map((each): Backend => ({
      id: each.backend,
      name: te(`ai.backend.${each.backend}`) ? t(`ai.backend.${each.backend}`) : each.model || each.backend,
      model: each.model,
      icon: OF_ENVIRONMENT[each.backend] ?? Cloud,
      state: each.is_ready ? 'ready' : 'resting',
    }))
    return [
      { id: 'auto', name: t('ai.backend.auto'), model: t('ai.backend.autoText'), icon: Sparkles, state: 'plain' },
      ...cloud,
      ...other,
      { id: 'none', name: t('ai.backend.none'), model: t('ai.backend.noneText'), icon: Ban, state: 'plain' },
    ]
  })
  function find(id: string): Backend {
    const isKnown = now.isSuccess.value && !stored.isPending.value
    return all.value.find((each) => each.id === id) ?? { id, name: te(`ai.backend.${id}`) ? t(`ai.backend.${id}`) : id.replace(/^cloud:/, ''), model: '', icon: OF_ENVIRONMENT[id] ?? Cloud, state: isKnown ? 'missing' : 'plain' }
  }
  return { all, find, now, stored }
}
