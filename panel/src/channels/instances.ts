import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, reactive, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { queries, said } from '@/app/query'
import { useSession } from '@/app/session'
import { useToasts } from '@/app/toasts'
import { deferred } from '@/app/undo'
import type { Channel, Instance, Step } from './channel'

/** How often to look while one is starting, in case an event was missed. */
const STARTING_MS = 2000
const RESTING_MS = 20_000
/** Deleted on the screen; the backend is told when nobody takes it back. */
const going = reactive(new Set<string>())

export function useInstances(channel: Channel) {
  const list = useQuery({
    queryKey: channel.keys.list,
    queryFn: channel.list,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.instances.some((row) => row.status === 'starting') ? STARTING_MS : RESTING_MS),
  })
  const rows = computed(() => list.data.value?.instances.filter((row) => !going.has(row.id)))
  return { list, rows }
}

export function useInstance(channel: Channel, id: Ref<string>) {
  return useQuery(
    computed(() => ({
      queryKey: channel.keys.one(id.value),
      queryFn: () => channel.read(id.value),
      enabled: Boolean(id.value),
      refetchInterval: ({ state }: { state: { data?: Instance } }) => (state.data?.status === 'starting' ? STARTING_MS : RESTING_MS),
    })),
  )
}

/** May this instance be changed? Who edits his own only sees the installation's as they are. */
export function useMayEdit(channel: Channel): (row: Pick<Instance, 'owner_id'>) => boolean {
  const session = useSession()
  return ({ owner_id }) => {
    const reach = session.me?.rights[channel.module]?.edit
    return reach === 'all' || (reach === 'own' && owner_id === session.me?.id)
  }
}

/** Everything of this kind is looked at again. */
export async function refresh(channel: Channel): Promise<void> {
  await queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as { tags?: string[] })?.tags?.includes(channel.kind) ?? false })
}

/** Starts, stops and begins anew; what is refused is said in a toast, and thrown on. */
export function useSwitching(channel: Channel) {
  const toasts = useToasts()
  const busy = reactive(new Set<string>())
  async function turn(row: Pick<Instance, 'id'>, step: Step): Promise<boolean> {
    busy.add(row.id)
    try {
      await channel.turn(row.id, step)
      return true
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return false
    } finally {
      await refresh(channel)
      busy.delete(row.id)
    }
  }
  return { turn, busy }
}

export function useDeleting(channel: Channel) {
  const { t } = useI18n()
  const router = useRouter()
  return (row: Pick<Instance, 'id' | 'name'>): void => {
    going.add(row.id)
    void router.push(channel.path)
    const commit = async (): Promise<void> => {
      await channel.remove(row.id)
      await refresh(channel)
      going.delete(row.id)
    }
    deferred(t('channels.deleted', { name: (row.name ?? '').slice(0, 60) }), commit, () => going.delete(row.id))
  }
}
