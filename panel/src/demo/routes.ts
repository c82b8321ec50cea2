import { answers } from './answers'
import { chats } from './chats'
import { contacts } from './contacts'
import type { Route } from './http'
import { inbox } from './inbox'
import { knowledge } from './knowledge'
import { messengers } from './messengers'
import { models } from './models'
import { people } from './people'
import { unanswered } from './unanswered'
import { work } from './work'

/** The one table of everything that the demo answers; the first that fits wins. */
export const routes: Route[] = [...inbox, ...contacts, ...messengers, ...chats, ...answers, ...people, ...knowledge, ...unanswered, ...models, ...work]
