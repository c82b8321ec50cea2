import { expect, test } from 'vitest'
import { h } from '../src/dom'
import { markdownPainter } from '../src/markdown'

const ORIGIN = 'https://ai.example'

function html(text: string): string {
  const place = h('div')
  markdownPainter(place, ORIGIN)(text)
  return place.innerHTML.replaceAll(' target="_blank" rel="noopener noreferrer nofollow"', '')
}

test.each([
  ['один\nдва\n\nтри', '<p>один<br>два</p><p>три</p>'],
  [
    '**жирно** и *косо*, __так__ и _эдак_',
    '<p><strong>жирно</strong> и <em>косо</em>, <strong>так</strong> и <em>эдак</em></p>',
  ],
  ['**жирно и *косо* вместе**', '<p><strong>жирно и <em>косо</em> вместе</strong></p>'],
  ['`a < b` и snake_case_name и 2 * 3 * 4', '<p><code>a &lt; b</code> и snake_case_name и 2 * 3 * 4</p>'],
  ['\\*не косо\\*', '<p>*не косо*</p>'],
  ['## Цены', '<p><strong>Цены</strong></p>'],
  ['- раз\n- два\n  дальше', '<ul><li>раз</li><li>два<br>дальше</li></ul>'],
  ['2. второе\n3) третье', '<ol start="2"><li>второе</li><li>третье</li></ol>'],
  ['Вот:\n• раз\n• два', '<p>Вот:</p><ul><li>раз</li><li>два</li></ul>'],
  ['```js\nlet a = "<b>"\n```\nпосле', '<pre><code>let a = "&lt;b&gt;"</code></pre><p>после</p>'],
])('%j', (text, wanted) => {
  expect(html(text)).toBe(wanted)
})

test.each([
  ['[сайт](https://a.b/c_(d))', '<p><a href="https://a.b/c_(d)">сайт</a></p>'],
  ['см. https://a.b/x?y=1.', '<p>см. <a href="https://a.b/x?y=1">https://a.b/x?y=1</a>.</p>'],
  ['[правила](/rules)', '<p><a href="https://ai.example/rules">правила</a></p>'],
  [
    '[почта](mailto:a@b.c) [звонок](tel:+7495)',
    '<p><a href="mailto:a@b.c">почта</a> <a href="tel:+7495">звонок</a></p>',
  ],
  ['![картинка](https://a.b/c.png)', '<p><a href="https://a.b/c.png">картинка</a></p>'],
])('link %j', (text, wanted) => {
  expect(html(text)).toBe(wanted)
})

test.each([
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'data:text/html,x',
  '//evil.example',
  '/\\evil.example',
  'vbscript:x',
  'file:///etc',
  'blob:x',
])('the address %s does not become a link', (address) => {
  expect(html(`[тут](${address})`)).not.toContain('<a')
})

test('links open beside the page and tell nothing of it', () => {
  const place = h('div')
  markdownPainter(place, ORIGIN)('https://a.b')
  expect(place.querySelector('a')?.rel).toBe('noopener noreferrer nofollow')
  expect(place.querySelector('a')?.target).toBe('_blank')
})

test('HTML in an answer is shown, not obeyed', () => {
  expect(html('<img src=x onerror=alert(1)><script>1</script>')).toBe(
    '<p>&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;1&lt;/script&gt;</p>',
  )
})

const LONG =
  '# А\n\nТекст **жирный** и [ссылка](https://a.b/c) `код`\n\n1. раз\n2. *два*\n\n```\nx = 1\n```\nконец https://a.b.'

test('every half of a streamed text can be painted, and the whole comes out as if painted at once', () => {
  const place = h('div')
  const paint = markdownPainter(place, ORIGIN)
  for (let at = 0; at <= LONG.length; at++) paint(LONG.slice(0, at))
  const whole = h('div')
  markdownPainter(whole, ORIGIN)(LONG)
  expect(place.innerHTML).toBe(whole.innerHTML)
})

test('blocks that did not change keep their nodes', () => {
  const place = h('div')
  const paint = markdownPainter(place, ORIGIN)
  paint('один\n\nдва')
  const first = place.firstChild
  paint('один\n\nдва и три')
  expect(place.firstChild).toBe(first)
  expect(place.textContent).toBe('одиндва и три')
})

test('a replaced text leaves nothing of the old one', () => {
  const place = h('div')
  const paint = markdownPainter(place, ORIGIN)
  paint('один\n\nдва\n\nтри')
  paint('другое')
  expect(place.innerHTML).toBe('<p>другое</p>')
})

test.each(['[', '*', '_', '`', '**a ', '[a](', '__a ', '*_', '**__', '*a_b', '- ', 'https://', '\\'])(
  'a text of 20,000 %j is painted in time',
  (mark) => {
    const from = performance.now()
    html(mark.repeat(20_000 / mark.length))
    expect(performance.now() - from).toBeLessThan(1500)
  },
)
