import { reactive } from 'vue'
import { llmTryProvider } from '@/api'
import type { LlmTriedOut } from '@/api/generated'
import { problemOf, type Problem } from '@/api/problem'

export interface Try {
  isRunning: boolean
  tried?: LlmTriedOut
  problem?: Problem
}

/** Tests of providers by id: one question each, to be seen while it runs and after. */
export function useTrying() {
  const tries = reactive<Record<string, Try>>({})

  async function test(id: string): Promise<void> {
    tries[id] = { isRunning: true }
    try {
      const { data } = await llmTryProvider({ path: { provider_id: id }, throwOnError: true })
      tries[id] = { isRunning: false, tried: data }
    } catch (error) {
      tries[id] = { isRunning: false, problem: problemOf(error) }
    }
  }
  return { tries, test }
}
