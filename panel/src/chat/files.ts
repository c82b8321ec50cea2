import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { call } from '@/api'
import type { AttachmentOut } from '@/api/generated'
import { saveAs } from '@/lib/upload'

const MOST = 60
const kept = new Map<string, { url: Promise<string>; users: number }>()

export function pathOf(file: AttachmentOut): string {
  return `/admin/inbox/attachments/${file.id}`
}

/** A file as an address that this page alone knows: the backend's own asks for a token, which no `<img>` sends. */
export function useFileUrl(file: () => AttachmentOut, isWanted: () => boolean): { url: Ref<string>; failed: Ref<boolean> } {
  const url = ref('')
  const failed = ref(false)
  let mine = ''

  watch(
    () => [file().id, file().state, isWanted()] as const,
    async ([id, state, wanted]) => {
      if (!wanted || state !== 'stored' || mine === id) return
      leave()
      mine = id
      try {
        const got = await held(id, pathOf(file()))
        if (mine === id) url.value = got
      } catch {
        if (mine === id) failed.value = true
      }
    },
    { immediate: true },
  )
  function leave(): void {
    const entry = kept.get(mine)
    if (entry) entry.users--
    mine = url.value = ''
    failed.value = false
    sweep()
  }
  onScopeDispose(leave)
  return { url, failed }
}

function held(id: string, path: string): Promise<string> {
  const known = kept.get(id) ?? { url: call(path).then((response) => response.blob()).then((blob) => URL.createObjectURL(blob)), users: 0 }
  known.users++
  kept.delete(id)
  kept.set(id, known)
  known.url.catch(() => kept.delete(id))
  return known.url
}

/** Pictures that nobody shows are forgotten, the longest unseen first. */
function sweep(): void {
  for (const [id, entry] of kept) {
    if (kept.size <= MOST) return
    if (entry.users > 0) continue
    kept.delete(id)
    void entry.url.then((url) => URL.revokeObjectURL(url))
  }
}

export async function download(file: AttachmentOut): Promise<void> {
  await saveAs(await call(pathOf(file)), file.name || file.kind)
}
