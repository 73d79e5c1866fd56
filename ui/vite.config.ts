import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte(), tailwindcss()],
  clearScreen: false,
  // The icon lives beside this folder, where the bundler of the desktop app wants it.
  server: { port: 5173, strictPort: true, fs: { allow: ['.', '../icons'] } },
  build: {
    // What the oldest supported WebKitGTK understands.
    target: 'safari16.4',
    // The window's content security policy refuses data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // Without it Vitest resolves Svelte's server build, which cannot mount a component.
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'], setupFiles: ['src/test-setup.ts'] },
});
