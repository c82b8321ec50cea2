import type { Component } from 'vue'
import type { AbilitiesOut, ChannelsLogsOut, TelegramInstanceOut, ThreadsOut, WhatsappInstanceOut } from '@/api/generated'
import type { Module } from '@/lib/feature'

/** One bot or number, whatever its kind. */
export type Instance = TelegramInstanceOut | WhatsappInstanceOut
export type Step = 'start' | 'stop' | 'restart'
type Key = readonly unknown[]

/** A part of an instance's page. `fields` are those it has: an error in one of them opens it. */
export interface Part {
  id: string
  component: Component
  fields?: readonly string[]
  /** There is nothing to save in it. */
  isReadOnly?: boolean
}

/** What one kind of messenger differs in from the others; all the rest is in this folder. */
export interface Channel {
  kind: 'telegram' | 'whatsapp'
  /** The right it takes, and where its list is. */
  module: Module
  path: string
  icon: Component
  /** Fields that are sent and never come back. */
  secrets: readonly string[]
  /** Where a refusal without the name of a field belongs, by its code. */
  fieldOf: Record<string, string>
  /** In steps, from nothing to one that runs. */
  setup: Component
  parts: readonly Part[]
  own: (row: Instance) => Record<string, unknown>
  keys: { list: Key; one: (id: string) => Key; logs: (id: string) => Key; abilities: Key }
  list: () => Promise<{ instances: Instance[]; total: number }>
  abilities: () => Promise<AbilitiesOut>
  read: (id: string) => Promise<Instance>
  create: (body: object) => Promise<Instance>
  change: (id: string, body: object) => Promise<Instance>
  remove: (id: string) => Promise<unknown>
  turn: (id: string, step: Step) => Promise<unknown>
  logs: (id: string, lines: number) => Promise<ChannelsLogsOut>
  threads?: { key: (id: string, offset: number) => Key; list: (id: string, limit: number, offset: number) => Promise<ThreadsOut>; clear: (id: string) => Promise<unknown> }
}

/** Describes a kind of messenger. */
export function defineChannel(channel: Channel): Channel {
  return Object.freeze(channel)
}
