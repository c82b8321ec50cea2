import { computed, ref } from 'vue'
import { useForm } from '@/lib/form'
import type { Channel } from './channel'
import { refresh, useInstance } from './instances'
import { placed } from './refusals'

type Texts = Record<string, string>

/** Making an instance in steps: it is stored and started, then shown as it comes up, and may be mended. */
export function useSetup<Values extends Texts>(channel: Channel, empty: Values, bodyOf: (values: Values) => object) {
  const id = ref('')
  const isAgain = ref(false)
  const made = useInstance(channel, id)
  const form = useForm<Values>(() => empty, { send })

  async function send(values: Values): Promise<void> {
    const typed = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, text.trim()])) as Values
    const body = { ...bodyOf(typed), auto_start: true }
    id.value = (id.value ? await channel.change(id.value, body) : await channel.create(body)).id
  }
  async function submit(): Promise<void> {
    if (await form.submit()) {
      isAgain.value = false
      await refresh(channel)
    } else form.errors.value = placed(form.problem.value!, channel, form.errors.value)
  }
  const isFilling = computed(() => !id.value || isAgain.value)
  /** What is not said by a field. */
  const problem = computed(() => (Object.keys(form.errors.value).length ? null : form.problem.value))
  return { id, row: computed(() => made.data.value), values: form.values, errors: form.errors, problem, isSending: form.isSending, isFilling, submit, mend: () => void (isAgain.value = true) }
}

/** Only what was typed. */
export function filled(values: Texts): Texts {
  return Object.fromEntries(Object.entries(values).filter(([, text]) => text))
}
