import type { Node } from '@/api/generated'

/** A line of the compact tree: a stretch of messages without a fork. */
export interface Branch {
  /** The first message of the stretch: showing it shows the branch. */
  id: string
  text: string
  isAnswer: boolean
  isActive: boolean
  depth: number
  /** How many messages the stretch has. */
  length: number
  /** Where to ask on, when the stretch goes on below what was asked for. */
  more: string | null
}

const MOST = 300

/** The tree as a list of its branches; nothing when there is no fork. */
export function branchesOf(roots: Node[]): Branch[] {
  const out: Branch[] = []
  const waiting: { node: Node; depth: number }[] = [...roots].reverse().map((node) => ({ node, depth: 0 }))
  while (waiting.length && out.length < MOST) {
    const { node, depth } = waiting.pop()!
    let last = node
    let length = 1
    for (; last.children.length === 1; length++) last = last.children[0]!
    out.push({ id: node.id, text: node.content_preview, isAnswer: node.role === 'assistant', isActive: node.is_active, depth, length, more: last.more ? last.id : null })
    for (const child of [...last.children].reverse()) waiting.push({ node: child, depth: depth + 1 })
  }
  return out.length > 1 || out.some((branch) => branch.more) ? out : []
}
