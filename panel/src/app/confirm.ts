import { ref, shallowRef } from 'vue'

export interface Question {
  title: string
  text: string
  /** What the button does, such as "Delete for good". */
  action: string
  isDangerous?: boolean
  /** Has to be typed first, for what would hurt most. */
  type?: string
}

export const asked = shallowRef<(Question & { answer: (yes: boolean) => void }) | null>(null)
export const wasAsked = ref(false)

/** Asks before what cannot be undone. For everything else: do it, and offer Undo (`useUndo`). */
export function confirm(question: Question): Promise<boolean> {
  wasAsked.value = true
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (yes) => {
        asked.value = null
        resolve(yes)
      },
    }
  })
}
