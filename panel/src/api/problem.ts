/** What went wrong, as the backend says it (RFC 9457), or as the network does: then `status` is 0. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string
  readonly retryAfterS: number | null
  /** A person's words by the name of the field, for forms. */
  readonly fields: Record<string, string>
  readonly body: Record<string, unknown>

  constructor(body: Record<string, unknown>, response?: Response) {
    super(String(body.detail ?? ''))
    this.name = 'Problem'
    this.body = body
    this.status = response?.status ?? 0
    this.code = String(body.code ?? (response ? `http_${response.status}` : 'no_network'))
    this.requestId = String(body.request_id || response?.headers.get('x-request-id') || '')
    const wait = Number(response?.headers.get('retry-after'))
    this.retryAfterS = wait > 0 ? wait : null
    this.fields = fieldErrors(body.errors)
  }

  get isOffline(): boolean {
    return this.status === 0
  }
}

/** Turns whatever was thrown into a Problem. */
export function problemOf(error: unknown, response?: Response): Problem {
  if (error instanceof Problem) return error
  if (error && typeof error === 'object' && !(error instanceof Error)) return new Problem(error as Record<string, unknown>, response)
  if (typeof error === 'string' && error.startsWith('{')) {
    try {
      return new Problem(JSON.parse(error) as Record<string, unknown>, response)
    } catch {
      return new Problem({}, response)
    }
  }
  return new Problem({}, response)
}

function fieldErrors(errors: unknown): Record<string, string> {
  if (!Array.isArray(errors)) return {}
  const found = errors.map((each: { field?: string; reason?: string }) => [String(each.field ?? '').replace(/^body\./, ''), each.reason ?? ''] as const)
  return Object.fromEntries(found)
}
