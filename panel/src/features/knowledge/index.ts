import { BookOpenText, CircleHelp, Plus, Search } from '@lucide/vue'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'knowledge',
  title: { ru: 'Знания', en: 'Knowledge' },
  nav: { group: 'knowledge', icon: BookOpenText, order: 10, shortcut: 'KeyK' },
  right: { module: 'knowledge' },
  routes: [
    {
      path: '/knowledge',
      component: () => import('./KnowledgeView.vue'),
      redirect: ({ query }) => ({ path: '/knowledge/documents', query }),
      children: [
        { path: 'documents', name: 'knowledge', component: () => import('./documents/DocumentsPart.vue') },
        { path: 'unanswered/:group?', name: 'knowledge-unanswered', component: () => import('./unanswered/UnansweredPart.vue') },
        { path: 'contradictions', name: 'knowledge-contradictions', component: () => import('./contradictions/ContradictionsPart.vue') },
        { path: 'search', name: 'knowledge-search', component: () => import('./trial/SearchPart.vue') },
        { path: 'collections', name: 'knowledge-collections', component: () => import('./collections/CollectionsPart.vue') },
        { path: 'quality', name: 'knowledge-quality', component: () => import('./quality/QualityPart.vue') },
      ],
    },
    { path: '/knowledge/documents/:id', name: 'knowledge-document', component: () => import('./reader/ReaderView.vue') },
  ],
  locales: { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') },
  palette: {
    actions: [
      { id: 'knowledge-add', title: { ru: 'Добавить документ', en: 'Add a document' }, icon: Plus, right: { module: 'knowledge', action: 'edit' }, to: '/knowledge/documents?add=files' },
      { id: 'knowledge-unanswered', title: { ru: 'Вопросы без ответа', en: 'Unanswered questions' }, icon: CircleHelp, right: { module: 'chat' }, to: '/knowledge/unanswered' },
      { id: 'knowledge-search', title: { ru: 'Проверить поиск по знаниям', en: 'Try the search in documents' }, icon: Search, right: { module: 'knowledge' }, to: '/knowledge/search' },
    ],
    search: () => import('./search'),
  },
  live: {
    document: ['knowledge'],
    knowledge: ['knowledge'],
    knowledge_collection: ['knowledge'],
    contradiction: ['knowledge'],
    unanswered: ['knowledge'],
    evaluation: ['knowledge'],
    regression: ['knowledge'],
    regression_run: ['knowledge'],
    reranker: ['knowledge'],
  },
})
