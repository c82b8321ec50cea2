import { pushAddDevice, pushListDevices, pushReadKey, pushRemoveDevice } from '@/api'
import { problemOf } from '@/api/problem'

const REMEMBERED = 'secretary.push'
const READY_MS = 4000

export type PushState = 'unsupported' | 'insecure' | 'denied' | 'off' | 'on'
/** Why notifications could not be switched on, as a key of the texts. */
export class PushTrouble extends Error {
  constructor(readonly why: 'unsupported' | 'insecure' | 'notInstalled' | 'denied' | 'noService') {
    super(why)
  }
}

export async function pushState(): Promise<PushState> {
  if (!window.isSecureContext) return 'insecure'
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return 'unsupported'
  if (Notification.permission === 'denied') return 'denied'
  return (await subscription()) ? 'on' : 'off'
}

/** Asks for permission, subscribes, and tells the backend. Throws a PushTrouble or a Problem. */
export async function switchOn(userId: string, name: string, language: 'ru' | 'en'): Promise<void> {
  const state = await pushState()
  if (state === 'unsupported' || state === 'insecure') throw new PushTrouble(state)
  if ((await Notification.requestPermission()) !== 'granted') throw new PushTrouble('denied')
  const worker = await registration()
  if (!worker) throw new PushTrouble('notInstalled')
  const { data } = await pushReadKey({ throwOnError: true })
  const applicationServerKey = bytes(data.public_key)
  const kept = await worker.pushManager.getSubscription()
  if (kept && !isSame(kept.options.applicationServerKey, applicationServerKey)) await kept.unsubscribe()
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }).catch(() => {
    throw new PushTrouble('noService')
  })
  await tell(made, name, language)
  localStorage.setItem(REMEMBERED, JSON.stringify({ userId, name }))
}

export async function switchOff(): Promise<void> {
  localStorage.removeItem(REMEMBERED)
  await (await subscription())?.unsubscribe()
  const { data } = await pushListDevices({ throwOnError: true })
  const mine = data.devices.filter((device) => device.is_this_sign_in)
  await Promise.all(mine.map((device) => pushRemoveDevice({ path: { device_id: device.id }, throwOnError: true })))
}

/** A device is told as long as a sign-in lasts: after the next one it is named again, in the language in use. */
export async function renew(userId: string, language: 'ru' | 'en'): Promise<void> {
  const remembered = JSON.parse(localStorage.getItem(REMEMBERED) ?? 'null') as { userId: string; name: string } | null
  if (remembered?.userId !== userId || Notification.permission !== 'granted') return
  const kept = await subscription()
  if (kept) await tell(kept, remembered.name, language).catch((error: unknown) => problemOf(error))
}

async function tell(made: PushSubscription, name: string, language: 'ru' | 'en'): Promise<void> {
  const { endpoint, keys } = made.toJSON()
  await pushAddDevice({ body: { endpoint: endpoint ?? '', p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '', name: name.slice(0, 80), language }, throwOnError: true })
}

async function subscription(): Promise<PushSubscription | null> {
  return (await registration())?.pushManager.getSubscription() ?? null
}

/** The service worker once it works; null where there is none, as while developing. */
async function registration(): Promise<ServiceWorkerRegistration | null> {
  if (!(await navigator.serviceWorker.getRegistration())) return null
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), READY_MS))
  return Promise.race([navigator.serviceWorker.ready, late])
}

/** The bytes of base64url. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (character) => character.charCodeAt(0))
}

function isSame(one: ArrayBuffer | null, other: Uint8Array): boolean {
  const known = new Uint8Array(one ?? new ArrayBuffer(0))
  return known.length === other.length && known.every((byte, place) => byte === other[place])
}
