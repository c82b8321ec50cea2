import { beforeAll, describe, expect, it } from 'vitest'
import { demoFetch } from '../src/demo'
import { later, load, rowsOf, store } from '../src/demo/data'
import type { Row } from '../src/demo/http'
import { readEvents } from '../src/lib/sse'
import { calls, faultsOf } from './schema'

/** What the demo leaves out, and says so: what needs a machine behind it. */
const LEFT_OUT = [/\/local-models\//, /documents\/url$/, /POST .*wiki-rag\/sites$/, /PUT .*wiki-rag\/sites$/, /\/evaluation(\/|$)/, /\/history\/\{/, /prompt\/(history\/|reset|\{persona\}\/reset)/, /push\//, /\/cleanup$/, /usage\/log$/, /split$/, /warnings\//, /\/restore$/, /jobs\/.*\/(cancel|resend)$/, /imports\/.*\/cancel$/, /schedules/, /faq\/save$/, /llm\/model$/, /GET .*usage\/limits\/\{/, /messages\/\{message_id\}$/, /\/stream$/, /GET .*llm\/history/]

async function ask(method: string, path: string, body?: object): Promise<{ status: number; answer: unknown }> {
  const response = await demoFetch(new Request(new URL(path, 'http://demo'), { method, body: body && JSON.stringify(body), headers: body ? { 'content-type': 'application/json' } : {} }))
  const text = await response.text()
  return { status: response.status, answer: text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text }
}
async function good(method: string, path: string, body?: object): Promise<Row> {
  const { status, answer } = await ask(method, path, body)
  expect(status, `${method} ${path}: ${JSON.stringify(answer)}`).toBeLessThan(300)
  expect(faultsOf(method, path.split('?')[0]!, answer || null).slice(0, 5), `${method} ${path}`).toEqual([])
  return answer as Row
}

beforeAll(() => load('admin', 'full'))

describe('the demo', () => {
  it('reads everything as the program gives it', async () => {
    const chat = store.chats.find((each) => each.messages.length > 3 && each.source === 'telegram')!
    const answer = chat.messages.find((each) => each.role === 'assistant')!
    const file = Object.keys(store.answers).find((each) => each.includes('/attachments/'))?.split('/').at(-1)
    const names: Record<string, string> = {
      session_id: chat.id, message_id: answer.id, persona: 'anna', service_type: 'llm', doc_id: id('/admin/wiki-rag/documents', 'documents'), number: '1', user_id: id('/admin/users', 'users'),
      assistant_id: id('/admin/assistants', 'assistants'), preset_id: 'anna', provider_id: id('/admin/llm/providers', 'providers'), instance_id: id('/admin/widget/instances', 'instances'),
      collection_id: id('/admin/knowledge/collections', 'collections'), group_id: id('/admin/knowledge/unanswered', 'groups'), job_id: id('/admin/jobs', 'jobs'), canned_id: id('/admin/canned-answers', 'canned_answers'), contact_id: id('/admin/contacts', 'contacts'), attachment_id: String(file),
    }
    const instances: Record<string, string> = { telegram: id('/admin/telegram/instances', 'instances'), whatsapp: id('/admin/whatsapp/instances', 'instances') }
    const reads = calls().filter((call) => call.startsWith('GET ') && !LEFT_OUT.some((part) => part.test(call)) && !/events$|export|\{key_id|regression_id|\{run_id|imports\/\{/.test(call))
    expect(reads.length).toBeGreaterThan(55)
    await Promise.all(reads.map((call) => good('GET', call.slice(4).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent((name === 'instance_id' && instances[call.split('/')[2]!]) || (names[name] ?? name))))))
  })

  it('knows or names every call of the program', async () => {
    const unknown = await Promise.all(
      calls().filter((call) => !LEFT_OUT.some((part) => part.test(call)) && !call.endsWith('/events')).map(async (call) => {
        const [method, path] = call.split(' ') as [string, string]
        const { answer } = await ask(method, path.replace(/\{\w+\}/g, 'x'), method === 'GET' || method === 'DELETE' ? undefined : {}).catch(() => ({ answer: {} }))
        return (answer as Row)?.code === 'not_in_demo' ? call : ''
      }),
    )
    expect(unknown.filter(Boolean)).toEqual([])
  })

  it('refuses what it does not know in words', async () => {
    const { status, answer } = await ask('POST', '/admin/llm/local-models/pull', { model: 'x' })
    expect([status, (answer as Row).code, Boolean((answer as Row).detail)]).toEqual([501, 'not_in_demo', true])
  })

  it('keeps what is made, changed and deleted', async () => {
    const entry = await good('POST', '/admin/faq', { trigger: 'Есть ли кофемолки?', response: 'Да, три модели.', phrasings: ['кофемолка'] })
    expect((entry.entry as Row).phrasings).toEqual([{ text: 'кофемолка', kind: 'exact' }])
    const trial = await good('POST', '/admin/faq/test', { text: 'кофемолки есть у вас?' })
    expect(trial.response).toBe('Да, три модели.')
    await good('PUT', `/admin/faq/${encodeURIComponent('Есть ли кофемолки?')}`, { trigger: 'Есть ли кофемолки?', response: 'Да.' })
    await good('DELETE', `/admin/faq/${encodeURIComponent('Есть ли кофемолки?')}`)
    expect((await good('GET', '/admin/faq?q=кофемолк')).total).toBe(0)

    const provider = (await good('POST', '/admin/llm/providers', { provider_type: 'openai', name: 'Второй', api_key: 'sk-12345' })).provider as Row
    expect(provider.key_hint).toBe('2345')
    await good('PUT', `/admin/llm/providers/${provider.id}`, { name: 'Третий' })
    await good('POST', `/admin/llm/providers/${provider.id}/test`)
    await good('DELETE', `/admin/llm/providers/${provider.id}`)
    const assistant = (await good('POST', '/admin/assistants', { name: 'Ночной' })).assistant as Row
    await good('PUT', `/admin/assistants/${assistant.id}`, { name: 'Дневной' })
    await good('DELETE', `/admin/assistants/${assistant.id}`)
    const widget = (await good('POST', '/admin/widget/instances', { name: 'Второй сайт' })).instance as Row
    await good('PUT', `/admin/widget/instances/${widget.id}`, { title: 'Спросите' })
    await good('DELETE', `/admin/widget/instances/${widget.id}`)
    const user = (await good('POST', '/admin/users', { username: 'nina', role: 'web' })).user as Row
    await good('PUT', `/admin/users/${user.id}`, { is_active: false })
    const key = await good('POST', '/admin/api-keys', { name: 'Касса', scopes: ['chat:view'] })
    await good('DELETE', `/admin/api-keys/${key.id}`)
    await good('POST', '/admin/usage/limits', { service_type: 'llm', limit_type: 'daily', limit_value: 1000 })
    const question = (await good('POST', '/admin/knowledge/regression', { question: 'Сколько стоит доставка?', answer_contains: ['₽'] })).question as Row
    await good('POST', '/admin/knowledge/regression/run', { question_ids: [question.id] })
    await good('POST', '/admin/llm/prompt/anna', { prompt: 'Ты Анна.' })
    expect(((await good('GET', '/admin/llm/prompt/anna/history')).versions as Row[]).length).toBe(1)
  })

  it('finds what was just added', async () => {
    await good('POST', '/admin/wiki-rag/documents/text', { title: 'Парковка', content: '# Парковка\n\nПарковка во дворе бесплатна два часа.' })
    const found = await good('POST', '/admin/wiki-rag/search', { query: 'бесплатная парковка' })
    expect((found.results as Row[])[0]!.title).toBe('Парковка')
  })

  it('closes a hole and settles a message', async () => {
    const group = id('/admin/knowledge/unanswered', 'groups')
    await good('POST', `/admin/knowledge/unanswered/${group}/answer`, { kind: 'faq', answer: 'Да, можно.' })
    const request = id('/admin/requests', 'requests')
    expect(((await good('PUT', `/admin/requests/${request}`, { status: 'done' })).request as Row).status).toBe('done')
  })

  it('streams an answer word by word, and grows a branch', async () => {
    const chat = (await good('POST', '/admin/chat/sessions', {})).session as Row
    const path = `/admin/chat/sessions/${chat.id}`
    const { response } = (await good('POST', `${path}/messages?wait=false`, { content: 'Сколько стоит доставка?' })) as { response: Row }
    const stream = await demoFetch(new Request(`http://demo${path}/messages/${response.id}/stream`))
    const said: string[] = []
    for await (const event of readEvents(stream)) said.push(event.data)
    const pieces = said.filter((data) => data.includes('"chunk"'))
    expect(pieces.length).toBeGreaterThan(3)
    expect(said.at(-1)).toBe('[DONE]')
    await good('POST', `${path}/messages/${response.id}/regenerate?wait=true`)
    const opened = await good('GET', path)
    expect(Object.values(opened.sibling_info as Record<string, Row>).map((each) => each.total)).toEqual([2])
    await good('GET', `${path}/branches`)
    await good('POST', `${path}/branches/switch`, { message_id: response.id })
    await good('POST', `${path}/messages/${response.id}/feedback`, { value: 1 })
    await good('GET', `${path}/messages/${response.id}/why`)
    await good('DELETE', path)
  })

  it('lets a conversation be taken over, answered and given back, and the secretary is silent meanwhile', async () => {
    const waiting = ((await good('GET', '/admin/inbox?state=waiting')).sessions as Row[])[0]!
    const path = `/admin/inbox/${waiting.id}`
    const before = await good('GET', '/admin/inbox/counts')
    expect(((await good('POST', `${path}/take`, {})).session as Row).state).toBe('person')
    expect(await good('GET', '/admin/inbox/counts')).toMatchObject({ waiting: Number(before.waiting) - 1, mine: Number(before.mine) + 1 })
    const brief = await good('GET', `${path}/brief?language=ru`)
    expect(String(brief.summary)).not.toBe('')
    const { message } = (await good('POST', `${path}/reply`, { text: 'Сейчас разберёмся.' })) as { message: Row }
    const opened = (await good('GET', `/admin/chat/sessions/${waiting.id}`)).session as { messages: Row[] }
    expect(opened.messages.at(-1)).toMatchObject({ id: message.id, answered_by: 'person', author_id: store.me.id })
    expect(((await good('GET', path)).session as { deliveries: Row[] }).deliveries.some((part) => part.message_id === message.id)).toBe(true)
    for (const step of ['give-back', 'close', 'reopen', 'read']) await good('POST', `${path}/${step}`)
    const assigned = (await good('POST', `${path}/assign`, { user_id: store.me.id })).session as { assignee: Row }
    expect(assigned.assignee.id).toBe(store.me.id)
    const colleagues = ((await good('GET', '/admin/inbox?state=person')).sessions as { id: string; assignee: Row | null }[]).find((each) => each.assignee && each.assignee.id !== store.me.id)!
    expect((await ask('POST', `/admin/inbox/${colleagues.id}/take`, {})).status).toBe(409)
    await good('POST', `/admin/inbox/${colleagues.id}/take`, { force: true })
  })

  it('keeps canned answers, contacts and messengers', async () => {
    const canned = (await good('POST', '/admin/canned-answers', { shortcut: 'адрес', text: 'Москва, Посудная, 1' })).canned_answer as Row
    await good('PUT', `/admin/canned-answers/${canned.id}`, { title: 'Адрес' })
    await good('DELETE', `/admin/canned-answers/${canned.id}`)
    const contact = (await good('POST', '/admin/contacts', { name: 'Пётр', identities: [{ kind: 'phone', value: '+79005551001' }] })).contact as Row
    const [first] = (await good('GET', '/admin/contacts?search=Ирина')).contacts as Row[]
    await good('PUT', `/admin/contacts/${contact.id}`, { tags: ['новый'] })
    await good('POST', `/admin/contacts/${contact.id}/notes`, { text: 'Знакомый' })
    expect(((await good('POST', `/admin/contacts/${contact.id}/merge`, { into: first!.id })).contact as { merged: Row[] }).merged.map((each) => each.id)).toContain(contact.id)
    expect(((await good('POST', `/admin/contacts/${contact.id}/unmerge`)).contact as Row).merged_into).toBeNull()
    await good('DELETE', `/admin/contacts/${contact.id}`)
    for (const kind of ['telegram', 'whatsapp']) {
      const made = (await good('POST', `/admin/${kind}/instances`, { name: 'Второй' })).instance as Row
      await good('POST', `/admin/${kind}/instances/${made.id}/start`)
      await good('GET', `/admin/${kind}/instances/${made.id}/status`)
      await good('PUT', `/admin/${kind}/instances/${made.id}`, { name: 'Третий' })
      await good('DELETE', `/admin/${kind}/instances/${made.id}`)
    }
    const invitation = await good('POST', '/admin/owner-links', { instance_id: id('/admin/telegram/instances', 'instances') })
    expect(String(invitation.text)).not.toBe('')
  })

  it('is always of today', () => {
    expect(later({ at: '2026-01-31T10:00:00Z', day: '2026-02-28', name: '2026' }, 1)).toEqual({ at: '2026-02-01T10:00:00Z', day: '2026-03-01', name: '2026' })
  })
})

function id(path: string, rows: string): string {
  return String(rowsOf(path, rows)[0]!.id)
}
