import { useQuery } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { chatReadChat } from '@/api'
import { queries } from '@/app/query'
import { withNewest, withOlder, type Thread } from './thread'

const PAGE = 50
const OLDER_PAGE = 200

export const THREAD = 'chatThread'
export const threadKey = (id: string) => [{ _id: THREAD, id }] as const

/** Changes what is loaded of a conversation, here and at once. */
export function patchThread(id: string, change: (thread: Thread) => Thread): void {
  queries.setQueryData<Thread>(threadKey(id), (known) => known && change(known))
}

/** A conversation's newest messages, and older ones as one scrolls up to them. */
export function useThread(id: string) {
  const queryKey = threadKey(id)
  const query = useQuery<Thread>({
    queryKey,
    queryFn: async ({ signal }) => {
      const { data } = await chatReadChat({ path: { session_id: id }, query: { last: PAGE }, signal, throwOnError: true })
      return withNewest(queries.getQueryData<Thread>(queryKey), data)
    },
  })
  const isLoadingOlder = ref(false)

  /** False when there is nothing older, or it could not be loaded. */
  async function older(): Promise<boolean> {
    const before = query.data.value?.before
    if (!before || isLoadingOlder.value) return false
    isLoadingOlder.value = true
    try {
      const { data } = await chatReadChat({ path: { session_id: id }, query: { last: OLDER_PAGE, before }, throwOnError: true })
      patchThread(id, (known) => withOlder(known, data))
      return true
    } catch {
      return false
    } finally {
      isLoadingOlder.value = false
    }
  }

  /** Loads upwards until a message is here; its place, or -1 when the visible branch has no such message. */
  async function find(messageId: string): Promise<number> {
    for (;;) {
      const at = query.data.value?.messages.findIndex((message) => message.id === messageId) ?? -1
      if (at >= 0 || !(await older())) return at
    }
  }

  const hasOlder = computed(() => Boolean(query.data.value?.before))
  return { thread: query.data, error: query.error, refetch: query.refetch, isLoadingOlder, hasOlder, older, find }
}
