import { ref, shallowRef, type ComputedRef, watch } from 'vue'

interface Stamped {
  updated: string
}

/** Guards against writing over what somebody else has saved meanwhile: looks again before it writes.
 *
 * `write` is only reached when nothing changed, or when the person has seen both versions and chose his own.
 */
export function useConflict<Row extends Stamped>(row: () => Row | null, isDirty: ComputedRef<boolean>, read: () => Promise<Row>) {
  const base = ref(row()?.updated ?? '')
  const theirs = shallowRef<Row | null>(null)
  const isOpen = ref(false)
  watch([() => row()?.updated, isDirty], ([updated]) => {
    if (!isDirty.value) base.value = updated ?? ''
  })

  async function guarded(write: () => Promise<boolean>): Promise<boolean> {
    if (base.value) {
      const now = await read()
      if (now.updated !== base.value) {
        theirs.value = now
        isOpen.value = true
        return false
      }
    }
    return write()
  }
  return { theirs, isOpen, guarded, settle: (updated: string) => void (base.value = updated) }
}
