import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { authLogout, authMe, authStatus } from '@/api'
import { Problem } from '@/api/problem'
import { drop, keep, onToken, refreshed, token } from '@/api/token'
import type { MeOut } from '@/api/generated'
import type { Feature, Right } from '@/lib/feature'

const LIFE_S = 600
type Ended = 'never' | 'expired' | 'elsewhere' | 'left'

/** Who is signed in, and what he may. Kept in the browser only to open at once, and offline. */
export const useSession = defineStore(
  'session',
  () => {
    const me = ref<MeOut | null>(null)
    const ended = ref<Ended>('never')
    const isOpenHouse = ref(false)
    const isSignedIn = computed(() => me.value !== null)

    onToken((word) => {
      if (word === 'ended' && me.value) leaveAs('expired')
      if (word === 'token' && !me.value) void load()
    })

    async function load(): Promise<void> {
      me.value = (await authMe({ throwOnError: true })).data
    }

    /** Goes on with the session of last time. False: somebody has to sign in. Offline, what was kept is believed. */
    async function resume(): Promise<boolean> {
      if (!me.value) return false
      try {
        if (isOpenHouse.value && (await enterOpenHouse())) return true
        if (!token() && !(await refreshed(''))) return leaveAs('expired')
        await load()
      } catch (error) {
        if (error instanceof Problem && error.status === 401) return leaveAs('expired')
      }
      return true
    }

    /** Where the owner has switched signing in off, whoever is here is the administrator. Is it so? */
    async function enterOpenHouse(): Promise<boolean> {
      isOpenHouse.value = !(await authStatus({ throwOnError: true })).data.enabled
      if (!isOpenHouse.value) return false
      await load()
      ended.value = 'never'
      return true
    }

    async function enter(bearer: string, expiresInS = LIFE_S): Promise<void> {
      keep(bearer, expiresInS)
      await load()
      ended.value = 'never'
    }

    async function leave(): Promise<void> {
      await authLogout({ throwOnError: false }).catch(() => undefined)
      drop()
      leaveAs('left')
    }

    function leaveAs(why: Ended): false {
      me.value = null
      ended.value = why
      return false
    }

    function may(right?: Right): boolean {
      if (!me.value) return false
      return !right || Boolean(me.value.rights[right.module]?.[right.action ?? 'view'])
    }

    function sees(feature: Feature): boolean {
      const kind = me.value?.deployment_mode === 'cloud' ? 'cloud' : 'full'
      return may(feature.right) && (!feature.deployment || feature.deployment === kind)
    }

    return { me, ended, isOpenHouse, isSignedIn, load, resume, enter, enterOpenHouse, leave, may, sees }
  },
  { persist: { key: 'secretary.session', pick: ['me', 'isOpenHouse'] } },
)
