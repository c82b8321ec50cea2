const BROWSERS: [RegExp, string][] = [
  [/YaBrowser/, 'Yandex'],
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/HeadlessChrome|Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** What a user agent's text means to a person; programs show the beginning of their own name. */
export function deviceOf(agent: string): { name: string; isPhone: boolean } {
  const browser = BROWSERS.find(([pattern]) => pattern.test(agent))?.[1]
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1]
  const name = [browser, system].filter(Boolean).join(' · ') || (agent.split(' ')[0] ?? '').slice(0, 40)
  return { name, isPhone: /Mobile|iPhone|Android/.test(agent) }
}
