import type { Session } from './types'

const LONGEST = 300

/** What a conversation is called: its title, else the last thing said in it; in one line that no text can break. */
export function titleOf(session: Pick<Session, 'title' | 'last_message'> | undefined): string {
  return session?.title ? oneLine(session.title) : glance(session?.last_message ?? '')
}

export function oneLine(text: string): string {
  return text.slice(0, LONGEST * 2).replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST)
}

/** The same without the marks of Markdown and the numbers of sources, for a glance. */
export function glance(text: string): string {
  return oneLine(text.slice(0, LONGEST * 2).replaceAll(/\*\*|__|`|^#{1,6} |^[-*] |\[\d{1,3}\]|\|/gm, ''))
}
