import { defineStore } from 'pinia'
import { ref } from 'vue'

export interface Toast {
  id: number
  text: string
  kind: 'plain' | 'error'
  action?: { label: string; run: () => void }
}

const STAYS_MS = 6000
const STAYS_WITH_ACTION_MS = 10_000
let last = 0

/** Short words at the edge of the screen. */
export const useToasts = defineStore('toasts', () => {
  const shown = ref<Toast[]>([])

  function say(text: string, extra: Partial<Omit<Toast, 'id' | 'text'>> = {}): number {
    const toast: Toast = { id: ++last, text, kind: 'plain', ...extra }
    shown.value = [...shown.value.slice(-2), toast]
    setTimeout(() => close(toast.id), toast.action ? STAYS_WITH_ACTION_MS : STAYS_MS)
    return toast.id
  }

  function close(id: number): void {
    shown.value = shown.value.filter((toast) => toast.id !== id)
  }

  return { shown, say, close }
})
