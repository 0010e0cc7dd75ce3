// Entry of core.cjs: the app with all its client libraries, required by the editor when something is first asked of it.
export { createLakehouse } from '#app/lakehouse.ts'
