import { readdir, readFile, readlink } from 'node:fs/promises'

/** A process of this machine that listens at a port. */
export interface PortOwner {
  readonly pid: number
  /** Name of the program. */
  readonly command: string
}

/** Who listens at a TCP port; undefined when nobody does, or where it cannot be told: elsewhere than on Linux, or another user's. */
export async function portOwner(port: number): Promise<PortOwner | undefined> {
  if (process.platform !== 'linux') return undefined
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(file => readFile(file, 'latin1').catch(() => '')))
  const inodes = new Set(tables.flatMap(table => listeningInodes(table, port)))
  return inodes.size === 0 ? undefined : await ownerOf(inodes)
}

const listening = '0A'

/** Inodes of the sockets that listen at a port, from a table as proc_net_tcp has it. */
export function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return table
    .split('\n')
    .slice(1)
    .flatMap(line => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
      return state === listening && local.endsWith(`:${wanted}`) && inode !== undefined ? [inode] : []
    })
}

async function ownerOf(inodes: ReadonlySet<string>): Promise<PortOwner | undefined> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || !(await holds(name, inodes))) continue
    const command = await readFile(`/proc/${name}/comm`, 'utf8').catch(() => '')
    return { pid: Number(name), command: command.trim() }
  }
  return undefined
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []) // it has ended, or is another user's
  for (const file of files) {
    const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode !== undefined && inodes.has(inode)) return true
  }
  return false
}
