import { computed, onScopeDispose, reactive, ref, toRaw, watch, type Ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import { problemOf, type Problem } from '@/api/problem'

interface Options<Values extends object> {
  /** Sends; what it throws is shown at its fields, or above the form. */
  send: (values: Values) => Promise<unknown>
  /** Asked before leaving with unsaved changes. Left out: leaving is free. */
  mayLeave?: () => Promise<boolean>
}

/** A form's values, what is wrong with them by the backend's word, and whether they were changed.
 *
 * `from` is what is stored; when it changes and nothing was typed, the form follows.
 */
export function useForm<Values extends object>(from: () => Values, options: Options<Values>) {
  const values = reactive(copy(from())) as Values
  const kept = ref(JSON.stringify(values))
  const errors = ref<Record<string, string>>({})
  const problem = ref<Problem | null>(null) as Ref<Problem | null>
  const isSending = ref(false)
  const isDirty = computed(() => JSON.stringify(values) !== kept.value)

  function reset(): void {
    Object.assign(values, copy(from()))
    kept.value = JSON.stringify(values)
    errors.value = {}
    problem.value = null
  }

  watch(from, () => !isDirty.value && reset())

  /** True when it was taken. */
  async function submit(): Promise<boolean> {
    if (isSending.value) return false
    isSending.value = true
    errors.value = {}
    problem.value = null
    try {
      await options.send(copy(toRaw(values)))
      kept.value = JSON.stringify(values)
      return true
    } catch (error) {
      const found = problemOf(error)
      errors.value = Object.fromEntries(Object.entries(found.fields).map(([name, reason]) => [name.split('.')[0], reason]))
      problem.value = found
      return false
    } finally {
      isSending.value = false
    }
  }

  const mayLeave = options.mayLeave
  if (mayLeave) {
    onBeforeRouteLeave(async () => !isDirty.value || (await mayLeave()))
    const hold = (event: BeforeUnloadEvent): void => {
      if (isDirty.value) event.preventDefault()
    }
    addEventListener('beforeunload', hold)
    onScopeDispose(() => removeEventListener('beforeunload', hold))
  }
  return { values, errors, problem, isSending, isDirty, submit, reset }
}

function copy<Values>(values: Values): Values {
  return JSON.parse(JSON.stringify(values)) as Values
}
