import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { When } from '@/api/generated'
import { useFormat } from '@/lib/format'

/** The conditions of a link in a few words each. */
export function useConditions(when: () => When | undefined): ComputedRef<string[]> {
  const { t, te } = useI18n()
  const { number } = useFormat()
  return computed(() => {
    const { hours, languages, sources, min_characters: least, max_characters: most } = when() ?? {}
    const said: string[] = []
    if (hours) said.push(hours.replace('-', '–'))
    if (languages?.length) said.push(languages.map((each) => t(`ai.spoken.${each}`)).join(', '))
    if (sources?.length) said.push(sources.map((each) => (te(`channel.${each}`) ? (each === 'api' ? 'API' : t(`channel.${each}`)) : each)).join(', '))
    if (typeof least === 'number' && typeof most === 'number') said.push(t('ai.when.between', { least: number(least), most: number(most) }))
    else if (typeof least === 'number') said.push(t('ai.when.from', { n: number(least) }))
    else if (typeof most === 'number') said.push(t('ai.when.upTo', { n: number(most) }))
    return said
  })
}
