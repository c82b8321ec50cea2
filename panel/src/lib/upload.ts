import { call } from '@/api'
import { Problem, problemOf } from '@/api/problem'
import { refreshed, isOver, token } from '@/api/token'

/** Sends a form with progress (0…1), which `fetch` cannot tell. Throws a Problem; aborting throws AbortError. */
export async function upload<Answer>(path: string, body: FormData, onProgress: (share: number) => void, signal?: AbortSignal): Promise<Answer> {
  if (__DEMO__) return (await call(path, { method: 'POST', body, signal })).json() as Promise<Answer>
  if (isOver()) await refreshed(token())
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    if (token()) request.setRequestHeader('authorization', `Bearer ${token()}`)
    request.setRequestHeader('accept-language', document.documentElement.lang)
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total ? loaded / total : 0))
    request.addEventListener('load', () => {
      const response = new Response(null, { status: request.status, headers: { 'x-request-id': request.getResponseHeader('x-request-id') ?? '' } })
      if (response.ok) resolve(JSON.parse(request.responseText || 'null') as Answer)
      else reject(problemOf(request.responseText, response))
    })
    request.addEventListener('error', () => reject(new Problem({})))
    request.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')))
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.send(body)
  })
}

/** Hands a downloaded answer to the browser as a file, under the name that the backend gave it. */
export async function saveAs(response: Response, fallback: string): Promise<void> {
  const said = /filename\*=UTF-8''([^;]+)/i.exec(response.headers.get('content-disposition') ?? '')?.[1]
  const plain = /filename="?([^";]+)/i.exec(response.headers.get('content-disposition') ?? '')?.[1]
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = said ? decodeURIComponent(said) : (plain ?? fallback)
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
