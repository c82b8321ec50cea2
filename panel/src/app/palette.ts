import { ref } from 'vue'

export const isPaletteOpen = ref(false)
export const isHelpOpen = ref(false)
