import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The installed product: the nearest folder above this program that has a manifest. */
export function productFolder(): string {
  const script = process.argv[1]
  for (let folder = script === undefined ? process.cwd() : dirname(realpathSync(script)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) || dirname(folder) === folder) return folder
  }
}

/** As the manifest says. */
export function productVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(productFolder(), 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
}
