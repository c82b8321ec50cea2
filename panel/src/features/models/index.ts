import { Cpu, Plus } from '@lucide/vue'
import { withAiTexts } from '@/ai/texts'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'models',
  title: { ru: 'Модели', en: 'Models' },
  nav: { group: 'knowledge', icon: Cpu, order: 50, shortcut: 'KeyM' },
  right: { module: 'llm' },
  routes: [
    {
      path: '/models',
      component: () => import('./ModelsView.vue'),
      redirect: '/models/providers',
      children: [
        { path: 'providers', name: 'models', component: () => import('./ProvidersPart.vue') },
        { path: 'chain', name: 'models-chain', component: () => import('./ChainPart.vue') },
        { path: 'parameters', name: 'models-parameters', component: () => import('./ParamsPart.vue') },
        { path: 'local', name: 'models-local', component: () => import('./LocalPart.vue') },
        { path: 'search', name: 'models-search', component: () => import('./SearchPart.vue') },
      ],
    },
  ],
  locales: { ru: () => withAiTexts('ru', () => import('./locales/ru.json')), en: () => withAiTexts('en', () => import('./locales/en.json')) },
  palette: {
    actions: [{ id: 'new-provider', title: { ru: 'Подключить модель', en: 'Connect a model' }, icon: Plus, right: { module: 'providers', action: 'edit' }, to: '/models/providers?new=1' }],
    search: () => import('./search'),
  },
  live: { llm_provider: ['llm'], llm_backend: ['llm', 'assistants'], assistant: ['llm'], reranker: ['knowledge'], embedding: ['knowledge'], local_model: ['local models', 'llm'], job: ['local models'] },
})
