import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Replied } from '@/api/generated'
import { upload } from '@/lib/upload'
import type { OpenCase } from './openCase'

const LARGEST = 20_000_000
const MOST = 10

export interface Enclosed {
  file: File
  /** The number under which it is sent: sending it again, after who knows what, sends it once. */
  number: string
}

/** Files beside the reply: chosen, pasted or dropped; each goes out as a message of its own, the first with the words. */
export function useEnclosing({ id, row }: OpenCase) {
  const { t } = useI18n()
  const files = ref<Enclosed[]>([])
  const share = ref<number | null>(null)
  const isTaken = computed(() => row.value?.takes_files === true)

  /** Adds them; what cannot be sent is said, empty where all can. */
  function add(chosen: Iterable<File>): string {
    const found = [...chosen]
    const large = found.find((file) => file.size > LARGEST)
    const fitting = found.filter((file) => file.size <= LARGEST).slice(0, MOST - files.value.length)
    files.value = [...files.value, ...fitting.map((file) => ({ file, number: crypto.randomUUID() }))]
    if (large) return t('inbox.files.tooLarge', { name: large.name, n: LARGEST / 1_000_000 })
    return fitting.length < found.length ? t('inbox.files.tooMany', { n: MOST }) : ''
  }
  function remove(one: Enclosed): void {
    files.value = files.value.filter((each) => each.number !== one.number)
  }
  /** Sends them one after the other; those that are out are gone from the list, whatever becomes of the others. */
  async function send(text: string, sent: (answer: Replied, isFirst: boolean) => void): Promise<void> {
    let words = text
    try {
      for (const one of [...files.value]) {
        const form = new FormData()
        if (words) form.set('text', words)
        form.set('message_id', one.number)
        form.set('file', one.file, one.file.name || 'file')
        share.value = 0
        const answer = await upload<Replied>(`/admin/inbox/files/${encodeURIComponent(id)}`, form, (done) => (share.value = done))
        remove(one)
        sent(answer, words === text)
        words = ''
      }
    } finally {
      share.value = null
    }
  }
  return { files, share, isTaken, add, remove, send }
}
