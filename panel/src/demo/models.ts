import { recorded, rowsOf, store } from './data'
import { freshId, get, given, now, pause, post, without, type Ask, type Route, type Row } from './http'
import { tell } from './live'
import { rowOf, routesOf } from './tables'

const PROVIDERS = '/admin/llm/providers'
const PRESETS = '/admin/llm/presets'
const providers = { at: PROVIDERS, rows: 'providers' }
const presets = { at: PRESETS, rows: 'presets' }
const CONFIG = { options: {}, context_tokens: null, max_output_tokens: null, has_images: null, has_tools: null, languages: ['ru', 'en'], max_concurrency: 16, connect_s: 5, first_token_s: 30, total_s: 120, price: null }
const TRY_MS = 700

function taken(body: Row, row: Row): Row {
  const { api_key, forget_key, proxy_url, config, ...rest } = without(given(body), 'forget_proxy')
  const id = String(row.id)
  const kept = { backend: `cloud:${id}`, name: '', base_url: '', model_name: '', has_key: false, key_hint: '', proxy: '', enabled: true, is_default: false, description: '', ...row }
  const key = api_key ? { has_key: true, key_hint: String(api_key).slice(-4) } : forget_key ? { has_key: false, key_hint: '' } : {}
  return { ...kept, ...rest, ...key, ...(proxy_url ? { proxy: String(proxy_url) } : {}), config: { ...CONFIG, ...(row.config as Row), ...given((config as Row) ?? {}) } }
}

async function tried({ params }: Ask): Promise<unknown> {
  const provider = rowOf(providers, params[0]!)
  await pause(TRY_MS)
  const isGood = Boolean(provider.has_key) || ['ollama', 'vllm', 'custom'].includes(String(provider.provider_type))
  return isGood
    ? { status: 'ok', available: true, test_response: 'Здравствуйте! Чем могу помочь?', message: 'Модель ответила.', code: '', model: provider.model_name, latency_ms: TRY_MS, first_token_ms: 310 }
    : { status: 'error', available: false, test_response: '', message: 'Поставщик не принял ключ: впишите его.', code: 'llm_bad_key', model: provider.model_name, latency_ms: 120, first_token_ms: null }
}

function promptOf(persona: string): Row {
  return recorded(`/admin/llm/prompt/${persona}`)
}

/** A prompt is kept with those before it. */
function savePrompt(persona: string, given: unknown): Row {
  const kept = promptOf(persona)
  const text = typeof given === 'string' ? given : String((given as Row).ru ?? (given as Row).en ?? '')
  const history = rowsOf(`/admin/llm/prompt/${persona}/history`, 'versions')
  history.unshift({ id: freshId(), author_id: store.me.id, created: now(), characters: text.length })
  recorded(`/admin/llm/prompt/${persona}/history`).total = history.length
  Object.assign(kept, { prompt: text, prompts: typeof given === 'string' ? { ...(kept.prompts as Row), ru: text } : given })
  tell('llm_preset', 'update', persona)
  return kept
}

function choose({ body }: Ask): unknown {
  const backend = recorded('/admin/llm/backend')
  const found = (backend.available as Row[]).find((each) => each.backend === body.backend)
  Object.assign(backend, { preferred: body.backend, backend: found?.backend ?? backend.backend, model: found?.model ?? backend.model })
  tell('llm_backend', 'update')
  return { status: 'ok', backend: backend.backend, model: backend.model, message: 'ok' }
}

const LIKE = ['backend', 'local-models', 'model', 'models', 'params', 'persona', 'personas', 'prompt', 'vllm-model', 'presets/current', 'prompt/history']

export const models: Route[] = [
  ...LIKE.map((name) => get(`/admin/llm/${name}`, () => recorded(`/admin/llm/${name}`))),
  post('/admin/llm/backend', choose),
  post('/admin/llm/params', ({ body }) => {
    const params = recorded('/admin/llm/params')
    Object.assign(params.params as Row, given(body))
    Object.assign(params.own as Row, body)
    return params
  }),
  post('/admin/llm/persona', ({ body }) => {
    const persona = (recorded('/admin/llm/personas').personas as Record<string, Row>)[String(body.persona)]
    return Object.assign(recorded('/admin/llm/persona'), { id: body.persona, name: persona?.name ?? body.persona, persona: body.persona })
  }),
  post('/admin/llm/prompt', ({ body }) => {
    const { prompt, persona } = Object.assign(recorded('/admin/llm/prompt'), { prompt: body.prompt, is_own: true })
    return { status: 'ok', prompt, persona, is_own: true }
  }),
  get('/admin/llm/prompt/:persona', ({ params }) => promptOf(params[0]!)),
  post('/admin/llm/prompt/:persona', ({ params, body }) => savePrompt(params[0]!, body.prompt)),
  get('/admin/llm/prompt/:persona/history', ({ params }) => ({ versions: rowsOf(`/admin/llm/prompt/${params[0]}/history`, 'versions'), total: rowsOf(`/admin/llm/prompt/${params[0]}/history`, 'versions').length })),
  post(`${PROVIDERS}/:id/test`, tried),
  post(`${PROVIDERS}/:id/set-default`, ({ params }) => {
    for (const each of rowsOf(PROVIDERS, 'providers')) each.is_default = each.id === params[0]
    tell('llm_provider', 'update', params[0])
    return { status: 'ok', message: 'ok' }
  }),
  ...routesOf({ ...providers, one: 'provider', resource: 'llm_provider', take: taken, saved: (provider) => ({ status: 'ok', provider, message: '' }), gone: () => ({ status: 'ok', message: '' }), search: ['name', 'model_name', 'provider_type'] }),
  post(`${PRESETS}/:id/activate`, ({ params }) => {
    const preset = rowOf(presets, params[0]!)
    recorded(`${PRESETS}/current`).current = preset
    tell('llm_preset', 'update', params[0])
    return { status: 'ok', preset, message: 'ok' }
  }),
  ...routesOf({
    ...presets, one: 'preset', resource: 'llm_preset',
    take: ({ system_prompt, ...body }, row) => {
      const prompts = typeof system_prompt === 'string' ? { ru: system_prompt, en: system_prompt } : ((system_prompt as Row) ?? row.prompts ?? { ru: '', en: '' })
      const kept = { name: '', description: '', temperature: 0.7, max_tokens: 512, top_p: 0.9, repetition_penalty: 1.1, is_builtin: false, enabled: true, ...row }
      return { ...kept, ...given(body), prompts, system_prompt: String((prompts as Row).ru ?? '') }
    },
    saved: (preset) => ({ status: 'ok', preset }),
    gone: (deleted) => ({ status: 'ok', deleted }),
  }),
]
