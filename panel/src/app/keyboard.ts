import { onScopeDispose, reactive } from 'vue'
import type { Local } from '@/lib/feature'
import { usePreferences } from './preferences'

/** A key by its place (`event.code`), so that it works on every layout: `KeyJ`, `Slash`, `g KeyO`, `mod KeyK`. */
export interface Shortcut {
  keys: string
  title: Local
  run: (event: KeyboardEvent) => void
  /** Listed under this heading in the help. */
  group?: Local
  /** Works in inputs, too, and when shortcuts are off: for combinations with Ctrl or ⌘ only. */
  isAlways?: boolean
}

const CHORD_MS = 1200
const bound = reactive(new Map<symbol, Shortcut>())
let chordUntil = 0

/** Binds keys while the calling component lives. Later ones win. */
export function useShortcuts(shortcuts: Shortcut[]): void {
  const ids = shortcuts.map((shortcut) => {
    const id = Symbol(shortcut.keys)
    bound.set(id, shortcut)
    return id
  })
  onScopeDispose(() => ids.forEach((id) => bound.delete(id)))
}

/** What is bound now, for the help sheet. */
export function boundShortcuts(): Shortcut[] {
  return [...bound.values()]
}

export function startKeyboard(): void {
  const preferences = usePreferences()
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return
    const isMod = event.ctrlKey || event.metaKey
    const found = find(isMod, event)
    if (!found) return startChord(event, isMod || !preferences.shortcuts)
    if (!found.isAlways && (!preferences.shortcuts || isTyping(event.target) || isCovered())) return
    event.preventDefault()
    chordUntil = 0
    found.run(event)
  })
}

function find(isMod: boolean, event: KeyboardEvent): Shortcut | undefined {
  if (event.altKey || event.repeat) return undefined
  const prefix = isMod ? 'mod ' : performance.now() < chordUntil ? 'g ' : event.shiftKey ? 'shift ' : ''
  return [...bound.values()].reverse().find((shortcut) => shortcut.keys === prefix + event.code)
}

function startChord(event: KeyboardEvent, isOff: boolean): void {
  const begins = event.code === 'KeyG' && !isOff && !event.altKey && !event.shiftKey && !isTyping(event.target)
  chordUntil = begins ? performance.now() + CHORD_MS : 0
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** A dialog has the keyboard to itself, and so has an open menu. */
function isCovered(): boolean {
  return document.querySelector('[role=dialog][data-state=open], [role=alertdialog][data-state=open], [role=menu][data-state=open]') !== null
}

/** How keys are written for people: `g o`, `Ctrl K`. */
export function shownKeys(keys: string): string[] {
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform)
  const names: Record<string, string> = { mod: isMac ? '⌘' : 'Ctrl', shift: '⇧', Slash: '/', Enter: '↵', Escape: 'Esc', Backspace: '⌫', ArrowUp: '↑', ArrowDown: '↓' }
  if (keys === 'shift Slash') return ['?']
  return keys.split(' ').map((key) => names[key] ?? key.replace(/^(Key|Digit)/, ''))
}
