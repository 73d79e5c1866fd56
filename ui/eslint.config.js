import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const onlyApi = {
  name: '@tauri-apps/api and the generated commands are reached through lib/api.ts',
  files: ['src/**/*.{ts,svelte}'],
  ignores: ['src/lib/api.ts', 'src/**/*.test.ts', 'src/test-backend.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: ['@tauri-apps/*'], message: 'Use lib/api.ts.' },
          { group: ['**/bindings'], message: 'Use lib/api.ts.' },
        ],
      },
    ],
  },
};

export default defineConfig(
  { ignores: ['dist/', 'src/lib/bindings.ts'] },
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  prettier,
  svelte.configs.prettier,
  { languageOptions: { globals: { ...globals.browser } } },
  { files: ['*.config.{js,ts}'], languageOptions: { globals: { ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  onlyApi,
);
