/** Calls `paint` at most once a frame, however often something is new; in a hidden tab, where no frame comes, soon. */
export function onceAFrame(paint: () => void): { ask: () => void; now: () => void; stop: () => void } {
  const HIDDEN_MS = 300
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function stop(): void {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    frame = 0
    timer = undefined
  }
  function now(): void {
    stop()
    paint()
  }
  function ask(): void {
    if (frame || timer) return
    if (document.hidden) timer = setTimeout(now, HIDDEN_MS)
    else frame = requestAnimationFrame(now)
  }
  return { ask, now, stop }
}
