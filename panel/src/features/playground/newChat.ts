import { ref } from 'vue'
import { chatCreateChat } from '@/api'
import { language } from '@/app/i18n'
import { said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { renamed } from '@/chat/lists'

/** Begins a chat of one's own with an assistant, the default one unless another is named. */
export function useNewChat(opened: (id: string) => void) {
  const toasts = useToasts()
  const isStarting = ref(false)

  async function start(assistantId?: string): Promise<void> {
    if (isStarting.value) return
    isStarting.value = true
    try {
      const { data } = await chatCreateChat({ body: { assistant_id: assistantId, language: language() }, throwOnError: true })
      renamed(data.session)
      opened(data.session.id)
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
    } finally {
      isStarting.value = false
    }
  }
  return { isStarting, start }
}
