import { registerHooks } from 'node:module'

const fake = new URL('../fakes/vscode.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) => (specifier === 'vscode' ? { url: fake, shortCircuit: true } : next(specifier, context)),
})
