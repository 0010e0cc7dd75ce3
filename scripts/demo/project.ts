import { cpSync, mkdirSync } from 'node:fs'

/** Fills a folder with the demo workspace; files that are there stay as they are. */
export function createDemoProject(folder: string): void {
  mkdirSync(folder, { recursive: true })
  cpSync('templates/demo', folder, { recursive: true, force: false })
}
