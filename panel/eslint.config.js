import vue from 'eslint-plugin-vue'
import typescript from 'typescript-eslint'

const RINGS = {
  lib: ['@/app/*', '@/features/*', '@/ui/*'],
  api: ['@/app/*', '@/features/*', '@/ui/*'],
  ui: ['@/app/*', '@/features/*'],
}
const away = (files, group) => ({
  files: [files],
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message: 'features > app > ui > lib > api; a feature never imports another.' }] }] },
})

export default typescript.config(
  { ignores: ['dist', 'dev-dist', 'src/api/generated', 'node_modules'] },
  ...typescript.configs.recommended,
  ...vue.configs['flat/recommended'],
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: typescript.parser } } },
  {
    rules: {
      'max-lines': ['error', { max: 200, skipBlankLines: true }],
      complexity: ['error', 12],
      eqeqeq: 'error',
      'no-console': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/no-reserved-component-names': 'off',
      'vue/no-v-html': 'error',
      'vue/require-default-prop': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/attributes-order': 'off',
      'vue/html-closing-bracket-spacing': 'off',
    },
  },
  ...Object.entries(RINGS).map(([ring, group]) => away(`src/${ring}/**`, group)),
  away('src/features/**', ['@/features/*', '../../*']),
  { files: ['scripts/**', 'tests/**'], rules: { 'no-console': 'off', 'max-lines': 'off', 'vue/one-component-per-file': 'off' } },
)
