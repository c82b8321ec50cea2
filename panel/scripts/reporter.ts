import type { Reporter, TestModule } from 'vitest/node'

/** One last line for scripts: `12 passed, 0 failed`. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length
    const broken = modules.filter((module) => module.state() === 'failed' && module.errors().length).length
    console.log(`${count('passed')} passed, ${count('failed') + broken} failed`)
  }
}
