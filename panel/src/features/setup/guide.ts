import { useQuery } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { setupDismissSetup } from '@/api'
import type { OperationsSetupOut } from '@/api/generated'
import { setupReadSetupOptions, setupReadSetupQueryKey } from '@/api/generated/@tanstack/vue-query.gen'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { know } from './needed'

export type Step = OperationsSetupOut['steps'][number]['key']

/** The step to open next: the first one after `from` that is neither done nor skipped; else the first such of all. */
export function nextStep(steps: OperationsSetupOut['steps'], skipped: ReadonlySet<Step>, from?: Step): Step | undefined {
  const at = steps.findIndex(({ key }) => key === from)
  const open = [...steps.slice(at + 1), ...steps.slice(0, Math.max(0, at))].filter(({ key, is_done }) => !is_done && !skipped.has(key))
  return open[0]?.key
}

/** The guide: its steps by the backend's word, the one that is open, and those put off until later. */
export function useGuide() {
  const toasts = useToasts()
  const query = useQuery({ ...setupReadSetupOptions(), staleTime: 0 })
  const guide = computed(() => query.data.value)
  const steps = computed(() => guide.value?.steps ?? [])
  const skipped = ref<Set<Step>>(new Set())
  const opened = ref<Step | undefined>()
  let hasBegun = false

  watch(
    guide,
    (now) => {
      if (!now) return
      know(now)
      if (!hasBegun) opened.value = nextStep(now.steps, skipped.value)
      hasBegun = true
    },
    { immediate: true },
  )
  function open(step: Step): void {
    opened.value = opened.value === step ? undefined : step
  }
  async function refresh(): Promise<void> {
    await queries.invalidateQueries({ queryKey: setupReadSetupQueryKey() })
  }
  function skip(step: Step): void {
    skipped.value = new Set([...skipped.value, step])
    opened.value = nextStep(steps.value, skipped.value, step)
  }
  async function goOn(step: Step): Promise<void> {
    await refresh()
    opened.value = nextStep(steps.value, skipped.value, step)
  }
  async function dismiss(is_dismissed: boolean): Promise<boolean> {
    try {
      const { data } = await setupDismissSetup({ body: { is_dismissed }, throwOnError: true })
      queries.setQueryData(setupReadSetupQueryKey(), data)
      return true
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return false
    }
  }
  return { query, guide, steps, opened, open, skip, goOn, refresh, dismiss }
}
