import { useToasts } from '@/app/toasts'

/** Says what was done, with one thing to do about it; once that is done, the words go. */
export function useOffer() {
  const toasts = useToasts()
  return function offer(text: string, label: string, run: () => unknown): void {
    const id = toasts.say(text, {
      action: {
        label,
        run: () => {
          toasts.close(id)
          void run()
        },
      },
    })
  }
}
