import { inject, type ComputedRef, type InjectionKey } from 'vue'

export interface FieldContext {
  id: string
  describedBy: string | undefined
  isInvalid: boolean
  isRequired: boolean
}

export const FIELD: InjectionKey<ComputedRef<FieldContext>> = Symbol('field')

/** What the surrounding Field says about its control. */
export function useField() {
  return inject(FIELD, undefined)
}
