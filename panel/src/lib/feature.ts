import type { Component } from 'vue'
import type { QueryClient } from '@tanstack/vue-query'
import type { RouteRecordRaw } from 'vue-router'
import type { MeOut } from '@/api/generated'

export type Language = 'ru' | 'en'
export type Local = Record<Language, string>
export type Group = 'work' | 'knowledge' | 'channels' | 'sales' | 'system'
export type Action = 'view' | 'edit' | 'manage'
export type Module = keyof MeOut['rights'] & string
export interface Right {
  module: Module
  action?: Action
}

/** One line of the command palette. `to` is a route; `run` does something here. */
export interface PaletteItem {
  id: string
  title: string
  hint?: string
  icon?: Component
  to?: string
  run?: () => void
}

export interface PaletteAction {
  id: string
  title: Local
  icon?: Component
  right?: Right
  to: string
}

/** What `/admin/events` tells about one row. */
export interface Change {
  type: string
  resource: string
  id: string
  fields?: Record<string, unknown>
}

export interface Feature {
  /** The folder's name; also the root of its texts and the name of its first route. */
  id: string
  title: Local
  nav?: {
    group: Group
    icon: Component
    /** Tens: 10, 20, 30 … from top to bottom within the group. */
    order: number
    /** `event.code` of the key after `g`, such as `KeyO`. */
    shortcut?: string
    /** One of the four places of the phone's bottom bar. */
    isOnPhone?: boolean
    /** Not always there, and never the home: asked whenever the navigation is drawn. */
    isShown?: () => boolean
  }
  right?: Right
  /** Shown only in this kind of installation; `local` is `full`. Left out: in every one. */
  deployment?: 'full' | 'cloud'
  routes: RouteRecordRaw[]
  locales: Record<Language, () => Promise<{ default: object }>>
  /** Lines that the palette always offers, and a search over records that is loaded when somebody types. */
  palette?: { actions?: PaletteAction[]; search?: () => Promise<{ default: (text: string) => Promise<PaletteItem[]> }> }
  /** Which queries (by OpenAPI tag) are stale when a row of a resource changes, or what to do instead. */
  live?: Record<string, string[] | ((change: Change, queries: QueryClient) => void)>
}

/** Describes a feature; see panel/README.md. */
export function defineFeature(feature: Feature): Feature {
  for (const route of feature.routes) route.meta = { ...route.meta, feature: feature.id }
  return Object.freeze(feature)
}
