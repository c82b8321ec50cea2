import { confirm } from './confirm'
import { i18n } from './i18n'

/** Asks before unsaved work is left; true when it may be. */
export function askToLeave(): Promise<boolean> {
  const { t } = i18n.global
  return confirm({ title: t('confirm.leaveTitle'), text: t('confirm.leaveText'), action: t('action.discard'), isDangerous: true })
}
