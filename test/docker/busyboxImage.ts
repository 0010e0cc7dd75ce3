import { spawn } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { output, type DockerClient } from './docker.ts'

/** Imports an image of some 2 MB with the static busybox of this machine: httpd, wget, nc, sh. */
export async function importBusybox(client: DockerClient, tag: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'dataflow-busybox-'))
  try {
    for (const folder of ['bin', 'etc', 'tmp', 'dev', 'proc', 'sys', 'root', 'var', 'www']) await mkdir(join(root, folder))
    await chmod(join(root, 'tmp'), 0o1777)
    const busybox = await output('sh', ['-c', 'command -v busybox'])
    await copyFile(busybox, join(root, 'bin/busybox'))
    const applets = (await output(busybox, ['--list'])).split('\n').filter(name => name !== 'busybox')
    for (const applet of applets) await symlink('busybox', join(root, 'bin', applet))
    await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n')
    await writeFile(join(root, 'etc/group'), 'root:x:0:\n')
    const tar = spawn('tar', ['--create', '--directory', root, '.'], { stdio: ['ignore', 'pipe', 'ignore'] })
    await client.run(['import', '--change', 'CMD ["/bin/sh"]', '--change', 'ENV PATH=/bin', '-', tag], tar.stdout)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
