const pageStep = 10

/** The version that a key moves to in a list that is sorted newest first; undefined for other keys. */
export function afterKey(versions: readonly number[], active: number, key: string): number | undefined {
  const at = Math.max(0, versions.indexOf(active))
  const last = versions.length - 1
  switch (key) {
    case 'ArrowDown':
      return versions[Math.min(last, at + 1)]
    case 'ArrowUp':
      return versions[Math.max(0, at - 1)]
    case 'PageDown':
      return versions[Math.min(last, at + pageStep)]
    case 'PageUp':
      return versions[Math.max(0, at - pageStep)]
    case 'Home':
      return versions[0]
    case 'End':
      return versions[last]
    default:
      return undefined
  }
}
