import { spawn } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DockerClient } from './docker.ts'
import { output } from './docker.ts'

const certificates = '/etc/ssl/certs/ca-certificates.crt'
const ownCertificates = '/usr/local/share/ca-certificates'

/** What the image depends on besides this file. */
export async function debianInputs(): Promise<readonly string[]> {
  return [await suiteOf(), await readFile(certificates, 'latin1')]
}

/**
 * Imports a small Debian of the machine's release as `tag`, with its certificates, so that apt and pip work in it wherever they work
 * here. Needs root and debootstrap; no registry.
 */
export async function importDebian(client: DockerClient, tag: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'dataflow-debian-'))
  try {
    const suite = await suiteOf()
    const mirrors = await output('apt-get', ['indextargets', '--format', '$(SITE)', `Codename: ${suite}`, 'Created-By: Packages'])
    const mirror = process.env['DEBIAN_MIRROR'] ?? mirrors.split('\n')[0] ?? ''
    await output('debootstrap', ['--variant=minbase', '--include=ca-certificates', suite, root, mirror])
    await trustMachine(root)
    for (const folder of ['var/cache/apt/archives', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale']) {
      await rm(join(root, folder), { recursive: true, force: true })
    }
    await mkdir(join(root, 'var/cache/apt/archives/partial'), { recursive: true })
    const variables = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'PIP_CERT', 'NODE_EXTRA_CA_CERTS'].map(name => `${name}=${certificates}`)
    const environment = ['DEBIAN_FRONTEND=noninteractive', 'LANG=C.UTF-8', ...variables].join(' ')
    const tar = spawn('tar', ['--create', '--directory', root, '.'], { stdio: ['ignore', 'pipe', 'ignore'] })
    await client.run(['import', '--change', 'CMD ["/bin/bash"]', '--change', `ENV ${environment}`, '-', tag], tar.stdout)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function suiteOf(): Promise<string> {
  return /^VERSION_CODENAME=(\w+)$/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? ''
}

/** A company's own authorities are among them; a Java package that makes the list anew must not lose them. */
async function trustMachine(root: string): Promise<void> {
  await copyFile(certificates, join(root, certificates))
  const own = await readdir(ownCertificates).catch(() => [])
  await mkdir(join(root, ownCertificates), { recursive: true })
  for (const file of own.filter(name => name.endsWith('.crt')))
    await copyFile(join(ownCertificates, file), join(root, ownCertificates, file))
  const settings = 'Acquire::Check-Valid-Until "false";\nAPT::Install-Recommends "false";\n'
  await writeFile(join(root, 'etc/apt/apt.conf.d/99machine'), settings)
  await copyFile('/etc/pip.conf', join(root, 'etc/pip.conf')).catch(() => {})
}
