/** Owns every word the widget says by itself, in Russian and English, and the choice between the two. */

export type Language = 'ru' | 'en'

const TEXTS = {
  title: ['Чат с нами', 'Chat with us'],
  greeting: ['Здравствуйте! Чем помочь?', 'Hello! How can we help?'],
  placeholder: ['Напишите сообщение…', 'Write a message…'],
  open: ['Открыть чат', 'Open chat'],
  close: ['Закрыть чат', 'Close chat'],
  fresh: ['Новый разговор', 'New conversation'],
  send: ['Отправить', 'Send'],
  stop: ['Остановить ответ', 'Stop the answer'],
  log: ['Сообщения', 'Messages'],
  replies: ['Варианты', 'Replies'],
  you: ['Вы:', 'You:'],
  assistant: ['Ответ:', 'Answer:'],
  sources: ['Источники', 'Sources'],
  page: ['Открыть страницу', 'Open the page'],
  human: ['Отвечает ИИ. Можно позвать человека.', 'Answered by AI. You can ask for a person.'],
  leave: ['Оставить сообщение', 'Leave a message'],
  privacy: ['Конфиденциальность', 'Privacy'],
  latest: ['К последним', 'To the latest'],
  unread: ['Новое сообщение', 'New message'],
  waiting: ['Не отправлено, повторим', 'Not sent, will retry'],
  unsent: ['Не отправлено.', 'Not sent.'],
  retry: ['Повторить', 'Retry'],
  reconnecting: ['Связь прервалась…', 'Reconnecting…'],
  interrupted: ['Ответ прерван', 'Answer interrupted'],
  cancelled: ['Ответ остановлен', 'Answer stopped'],
  failed: ['Не получилось ответить.', 'Could not answer.'],
  left: ['Осталось символов:', 'Characters left:'],
} satisfies Record<string, [ru: string, en: string]>

export type Texts = Record<keyof typeof TEXTS, string>

/** Languages whose readers are more at home in Russian than in English. */
const READS_RUSSIAN = /^(ru|be|uk|kk|ky|tg|uz|bg|sr)\b/i

/** The page's own language wins over the browser's: a shop speaks one language to everybody. */
export function pickLanguage(asked: string, page: string, browser: string): Language {
  if (asked === 'ru' || asked === 'en') return asked
  return READS_RUSSIAN.test(page.trim() || browser) ? 'ru' : 'en'
}

export function textsIn(language: Language): Texts {
  const at = language === 'ru' ? 0 : 1
  return Object.fromEntries(Object.entries(TEXTS).map(([name, pair]) => [name, pair[at]])) as Texts
}
