import { MutationCache, QueryClient } from '@tanstack/vue-query'
import { problemOf } from '@/api/problem'
import { i18n } from './i18n'
import { useToasts } from './toasts'

const TRIES = 2

declare module '@tanstack/vue-query' {
  interface Register {
    /** `isSilent`: the view tells of its errors itself. `undo`: words with which to offer to take it back. */
    mutationMeta: { isSilent?: boolean }
  }
}

/** Server state lives here and nowhere else. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      gcTime: 15 * 60_000,
      networkMode: 'always',
      refetchOnReconnect: true,
      retry: (count, error) => {
        const { status } = problemOf(error)
        return count < TRIES && (status === 0 || status >= 500)
      },
      retryDelay: (count) => 600 * 2 ** count,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (mutation.meta?.isSilent) return
      useToasts().say(said(error), { kind: 'error' })
    },
  }),
})

/** What to tell a person about an error. */
export function said(error: unknown): string {
  const problem = problemOf(error)
  const { t } = i18n.global
  if (problem.isOffline) return t('error.network')
  return problem.message || t(problem.status >= 500 ? 'error.server' : 'error.refused')
}
