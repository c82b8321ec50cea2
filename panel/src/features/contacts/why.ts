import { useI18n } from 'vue-i18n'
import type { IdentityOut } from '@/api/generated'
import { nameOf, shared, shownValue } from './contacts'

interface Somebody {
  name: string
  identities: IdentityOut[]
}

/** Why two contacts may be one customer, in a sentence. */
export function useWhy() {
  const { t } = useI18n()
  return (one: Somebody, other: Somebody): string => {
    const name = (nameOf(other) || t('contacts.nameless')).slice(0, 80)
    const [same] = shared(one.identities, other.identities)
    return same ? t('contacts.whySame', { name, what: t(`contacts.same.${same.kind}`), value: shownValue(same) }) : t('contacts.whyMaybe', { name })
  }
}
