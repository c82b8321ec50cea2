import { ref } from 'vue'
import { setupReadSetup } from '@/api'

const isOpen = ref(false)
let isAsked = false

/** Is there something left to do, and nobody has put the guide away? Asked once, when the navigation is first drawn. */
export function isNeeded(): boolean {
  if (!isAsked) {
    isAsked = true
    setupReadSetup({ throwOnError: true })
      .then(({ data }) => know(data))
      .catch(() => (isAsked = false))
  }
  return isOpen.value
}

/** The view knows it first. */
export function know(guide: { is_complete: boolean; is_dismissed: boolean }): void {
  isOpen.value = !guide.is_complete && !guide.is_dismissed
}
