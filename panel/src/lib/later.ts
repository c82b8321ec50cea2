import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** True only when `source` has been true for `ms`: a skeleton that flashes is worse than none. */
export function useLater(source: () => boolean, ms = 150): Ref<boolean> {
  const shown = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    source,
    (now) => {
      clearTimeout(timer)
      if (now) timer = setTimeout(() => (shown.value = true), ms)
      else shown.value = false
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return shown
}

/** Calls `run` once it has been quiet for `ms`. */
export function quiet<Args extends unknown[]>(run: (...args: Args) => void, ms: number): (...args: Args) => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return (...args) => {
    clearTimeout(timer)
    timer = setTimeout(() => run(...args), ms)
  }
}

/** True while the screen is as narrow as a phone's. */
export function useNarrow(query = '(max-width: 767px)'): Ref<boolean> {
  const media = matchMedia(query)
  const isNarrow = ref(media.matches)
  const look = (): void => void (isNarrow.value = media.matches)
  media.addEventListener('change', look)
  onScopeDispose(() => media.removeEventListener('change', look))
  return isNarrow
}
