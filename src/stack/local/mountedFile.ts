import { join, posix } from 'node:path'
import type { ComposeService } from '#compose/project.ts'

/** Where a path of a container lies on this machine; undefined where no folder of it is mounted there. */
export function mountedFile({ mounts }: Pick<ComposeService, 'mounts'>, path: string): string | undefined {
  const inside = mounts.flatMap(({ kind, source, target }) => {
    const below = posix.relative(target, path)
    return kind === 'bind' && !below.startsWith('..') ? [{ file: join(source, below), below }] : []
  })
  return inside.toSorted((a, b) => a.below.length - b.below.length)[0]?.file
}
