/** A part of a chart: its name, and a colour of the theme (1–6). */
export interface Series {
  id: string
  label: string
  colour: 1 | 2 | 3 | 4 | 5 | 6
}

export const FILLS = ['', 'fill-chart-1', 'fill-chart-2', 'fill-chart-3', 'fill-chart-4', 'fill-chart-5', 'fill-chart-6'] as const
export const DOTS = ['', 'bg-chart-1', 'bg-chart-2', 'bg-chart-3', 'bg-chart-4', 'bg-chart-5', 'bg-chart-6'] as const

/** Round marks from 0 to above `top`: 0, 20, 40, 60. */
export function marks(top: number, about = 5): number[] {
  if (top <= 0) return [0, 1]
  const rough = top / about
  const size = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(top >= about ? 1 : 0, [1, 2, 2.5, 5, 10].map((each) => each * size).find((each) => each >= rough)!)
  return Array.from({ length: Math.ceil(top / step) + 1 }, (_, place) => place * step)
}
