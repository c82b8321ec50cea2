/** A text in three pieces with `value` in the middle; the value is empty where it is not found. */
export function marked(text: string, value: string): [string, string, string] {
  const at = value ? text.toLowerCase().indexOf(value.toLowerCase()) : -1
  if (at < 0) return [text, '', '']
  return [text.slice(0, at), text.slice(at, at + value.length), text.slice(at + value.length)]
}
