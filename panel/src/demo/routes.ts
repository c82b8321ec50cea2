import { answers } from './answers'
import { chats } from './chats'
import type { Route } from './http'
import { knowledge } from './knowledge'
import { models } from './models'
import { people } from './people'
import { unanswered } from './unanswered'
import { work } from './work'

/** The one table of everything that the demo answers; the first that fits wins. */
export const routes: Route[] = [...chats, ...answers, ...people, ...knowledge, ...unanswered, ...models, ...work]
