import { LakehouseError } from '#base/errors.ts'

/** Order of two keys by their UTF-8 bytes, as S3 lists them; UTF-16 order differs beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i += 1) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/**
 * The folder names and the file name of a key that is to become a path.
 * @throws LakehouseError `invalid` for a key that is no plain path below the folder: `..`, `.`, an empty part, a NUL, a
 * leading or trailing slash, on Windows also a backslash or a colon.
 */
export function keyParts(key: string, platform: NodeJS.Platform): readonly string[] {
  const parts = key.split('/')
  if (parts.every(part => isPlainName(part, platform))) return parts
  throw new LakehouseError('invalid', `${JSON.stringify(key)} is not a key below this folder.`, {
    hint: 'A key is a path without a leading slash and without the parts "." and "..".',
  })
}

function isPlainName(name: string, platform: NodeJS.Platform): boolean {
  if (name === '' || name === '.' || name === '..' || name.includes('\0')) return false
  return platform !== 'win32' || !/[\\:]/.test(name)
}

/** Surrogates stand for code points above U+FFFF and so come last. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
