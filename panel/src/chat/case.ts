import { inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import type { AttachmentOut, DeliveryOut } from '@/api/generated'
import type { Message } from './types'

export type Speaker = 'customer' | 'secretary' | 'person' | 'notice'
export type Tick = DeliveryOut['state']

/** What a conversation with a customer has beside its words; chats of one's own have none of it. */
export interface Case {
  customer: ComputedRef<string>
  /** Can the secretary not answer now? */
  isHeld: ComputedRef<boolean>
  /** Does the channel bring messages by itself, so that an answer cannot be given anew? */
  isPushed: ComputedRef<boolean>
  mayWrite: ComputedRef<boolean>
  deliveriesOf: (messageId: string) => DeliveryOut[]
  filesOf: (messageId: string) => AttachmentOut[]
  nameOf: (message: Message) => string
  /** Try once more to bring a message. */
  sendAgain: (messageId: string) => void
  writeAgain: (text: string) => void
}

const CASE: InjectionKey<Case> = Symbol('case')

export function provideCase(facts: Case): void {
  provide(CASE, facts)
}
export function useCase(): Case | null {
  return inject(CASE, null)
}

export function speakerOf(message: Message): Speaker {
  if (message.role === 'user') return 'customer'
  if (message.answered_by === 'person' || message.answered_by === 'notice') return message.answered_by
  return 'secretary'
}

const WAY: Tick[] = ['queued', 'sent', 'delivered', 'read']

/** How far a message has come: as far as its last part, and not at all where one of them could not go. */
export function tickOf(parts: readonly DeliveryOut[]): { state: Tick; error: string; at: string } | null {
  if (!parts.length) return null
  const bad = parts.find((part) => part.state === 'failed') ?? parts.find((part) => part.state === 'withdrawn')
  const last = bad ?? [...parts].sort((a, b) => WAY.indexOf(a.state) - WAY.indexOf(b.state))[0]!
  return { state: last.state, error: last.error, at: last.at }
}
