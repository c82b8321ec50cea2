// OpenAI's own Node client against a running program. Says "ok NAME" for each thing that is right; ends with 1 at the first that is not.
import assert from 'node:assert/strict'
import OpenAI from 'openai'
import { makeParseableResponseFormat } from 'openai/lib/parser'

const { BASE_URL: baseURL, KEY: apiKey, WRONG_KEY, EMBEDS } = process.env
const ai = new OpenAI({ apiKey, baseURL, maxRetries: 0 })
const messages = [{ role: 'user', content: 'Hi' }]
const weather = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}
const ask = (name, more = {}) => ai.chat.completions.create({ model: `${name}/default`, messages, ...more })

const checks = {
  async chat() {
    const answer = await ask('plain')
    assert.equal(answer.choices[0].message.content, 'Hello, world')
    assert.equal(answer.usage.total_tokens, 18)
    assert.ok(answer.id.includes(answer._request_id))
  },

  async stream() {
    let text = ''
    let total = 0
    for await (const chunk of await ask('plain', { stream: true, stream_options: { include_usage: true } })) {
      text += chunk.choices[0]?.delta.content ?? ''
      total = chunk.usage?.total_tokens ?? total
    }
    assert.deepEqual([text, total], ['Hello, world', 18])
  },

  async tools() {
    const first = (await ask('tools', { tools: [weather] })).choices[0]
    assert.equal(first.finish_reason, 'tool_calls')
    assert.deepEqual(first.message.tool_calls.map((call) => JSON.parse(call.function.arguments).city), ['Tver', 'Omsk'])
    const told = { role: 'tool', tool_call_id: first.message.tool_calls[0].id, content: 'snow' }
    const second = await ask('tools', { tools: [weather], messages: [...messages, first.message, told] })
    assert.equal(second.choices[0].message.content, 'The tool says snow')
  },

  async runner() {
    const runner = ai.chat.completions.runTools({
      model: 'tools/default',
      messages,
      tools: [{ ...weather, function: { ...weather.function, function: ({ city }) => `snow in ${city}`, parse: JSON.parse } }],
    })
    assert.equal(await runner.finalContent(), 'The tool says snow in Omsk')
  },

  async toolsInStream() {
    const stream = ai.chat.completions.stream({ model: 'tools/default', messages, tools: [weather] })
    const calls = (await stream.finalChatCompletion()).choices[0].message.tool_calls
    assert.deepEqual(calls.map((call) => [call.id, call.function.arguments]), [
      ['call_1', '{"city":"Tver"}'],
      ['call_2', '{"city":"Omsk"}'],
    ])
  },

  async parsed() {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const format = { type: 'json_schema', json_schema: { name: 'weather', strict: true, schema } }
    const answer = await ai.chat.completions.parse({
      model: 'json/default',
      messages,
      response_format: makeParseableResponseFormat(format, JSON.parse),
    })
    assert.deepEqual(answer.choices[0].message.parsed, { city: 'Tver', degrees: -5 })
  },

  async logprobs() {
    const answer = await ask('logs', { logprobs: true, top_logprobs: 1 })
    assert.equal(answer.choices[0].logprobs.content[0].token, 'Hi')
  },

  async embeddings() {
    const vectors = [[0.5, -0.25, 1], [0, 2, -8]]
    for (const encoding_format of [undefined, 'float']) {
      const found = await ai.embeddings.create({ model: EMBEDS, input: ['a', 'b'], encoding_format })
      assert.deepEqual(found.data.map((one) => one.embedding), vectors)
    }
    const packed = await ai.embeddings.create({ model: EMBEDS, input: ['a', 'b'], encoding_format: 'base64' })
    const bytes = Buffer.from(packed.data[0].embedding, 'base64')
    assert.deepEqual([0, 4, 8].map((at) => bytes.readFloatLE(at)), vectors[0])
  },

  async models() {
    const ids = []
    for await (const model of ai.models.list()) ids.push(model.id)
    assert.ok(ids.includes('secretary'))
    assert.equal((await ai.models.retrieve('plain/scripted-1')).object, 'model')
  },

  async errors() {
    const cases = [
      ['nobody', OpenAI.NotFoundError, 'model_not_found'],
      ['limited', OpenAI.RateLimitError, 'too_many_calls'],
      ['llm_too_long', OpenAI.BadRequestError, 'context_length_exceeded'],
      ['llm_nonsense', OpenAI.InternalServerError, 'llm_nonsense'],
    ]
    for (const [name, kind, code] of cases)
      for (const stream of [false, true])
        await assert.rejects(ask(name, { stream }), (error) => error instanceof kind && error.code === code)
    await assert.rejects(ask('plain', { n: 2 }), (error) => error.param === 'n' && Boolean(error.requestID))
  },

  async keys() {
    const wrong = new OpenAI({ apiKey: 'sk-nonsense', baseURL, maxRetries: 0 })
    await assert.rejects(wrong.models.list(), OpenAI.AuthenticationError)
    const unscoped = new OpenAI({ apiKey: WRONG_KEY, baseURL, maxRetries: 0 })
    await assert.rejects(unscoped.models.list(), OpenAI.PermissionDeniedError)
  },

  async midStream() {
    let text = ''
    const listen = async () => {
      for await (const chunk of await ask('breaks', { stream: true })) text += chunk.choices[0].delta.content ?? ''
    }
    await assert.rejects(listen(), OpenAI.APIError)
    assert.equal(text, 'Half')
  },

  async retry() {
    const began = performance.now()
    const answer = await ai.chat.completions.create({ model: 'busy/default', messages }, { maxRetries: 2 })
    assert.equal(answer.choices[0].message.content, 'Hello, world')
    assert.ok(performance.now() - began >= 950, 'Retry-After: 1 was not waited for')
  },

  async cancel() {
    const stream = await ask('endless', { stream: true })
    for await (const chunk of stream) {
      if (chunk.choices[0].delta.content) break
    }
    assert.ok(stream.controller.signal.aborted)
  },
}

for (const [name, check] of Object.entries(checks)) {
  await check()
  console.log(`ok ${name}`)
}
