// Bundles everything that runs: `node scripts/build.ts`. What is tested is what is packed: there is one kind of build.
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  legalComments: 'none',
  sourcemap: 'linked',
  metafile: true,
  logLevel: 'warning',
}

const node: BuildOptions = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  keepNames: true,
  // gRPC loads .proto files through it, which our generated messages never need.
  alias: { '@grpc/proto-loader': './scripts/stubs/protoLoader.ts' },
  // A dynamic import becomes a plain require, so that core.cjs is loaded in the same tick that first needs it.
  supported: { 'dynamic-import': false },
}

const page: BuildOptions = { ...common, platform: 'browser', target: 'chrome134', jsx: 'automatic', jsxImportSource: 'preact' }

/** What several bundles load on first use, each from one bundle beside: a library that is not needed is not even parsed. */
const apart: Readonly<Record<string, string>> = {
  '#core.ts': 'core.cjs',
  '@aws-sdk/client-s3': 's3.cjs',
  '@grpc/grpc-js': 'grpc.cjs',
  '#stack/docker/library.ts': 'docker.cjs',
}

/** Leaves an import of these to run time, as a require of the bundle beside. */
function leaveApart(...names: readonly string[]): Plugin {
  return {
    name: 'leave-apart',
    setup: context => {
      context.onResolve({ filter: /^[#@]/ }, ({ path }) =>
        names.includes(path) ? { path: `./${apart[path]}`, external: true } : undefined,
      )
    },
  }
}

const libraries = ['@aws-sdk/client-s3', '@grpc/grpc-js', '#stack/docker/library.ts'] as const

/** What dockerode reaches over SSH and BuildKit sessions with: we use neither, and some of it is native. */
const unusedByDocker = ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'] as const
const unused = './scripts/stubs/unused.ts'

const nodeEntry = (source: string, outfile: string, more: BuildOptions = {}): BuildOptions => ({
  ...node,
  entryPoints: [source],
  outfile,
  ...more,
})

async function entries(): Promise<BuildOptions[]> {
  return [
    nodeEntry('src/extension.ts', 'dist/extension.cjs', { external: ['vscode'], plugins: [leaveApart('#core.ts')] }),
    nodeEntry('src/core.ts', 'dist/core.cjs', { plugins: [leaveApart(...libraries)] }),
    nodeEntry('src/worker.ts', 'dist/worker.cjs', { plugins: [leaveApart(...libraries)] }),
    nodeEntry('src/cli/main.ts', 'dist/cli.cjs', { banner: { js: '#!/usr/bin/env node' }, plugins: [leaveApart('#core.ts')] }),
    nodeEntry('@aws-sdk/client-s3', 'dist/s3.cjs'),
    nodeEntry('@grpc/grpc-js', 'dist/grpc.cjs'),
    nodeEntry('src/stack/docker/library.ts', 'dist/docker.cjs', { alias: Object.fromEntries(unusedByDocker.map(name => [name, unused])) }),
    nodeEntry('test/bench/snapshotReads.ts', 'build/bench/snapshotReads.cjs'),
    ...(await pages()),
    ...(await hostModules('test/integration', 'build/integration')),
    ...(await hostModules('test/bench/host', 'build/bench')),
  ]
}

/** A folder with main.tsx is a page, one with index.tsx a notebook renderer: a single module with its styles inside. */
async function pages(): Promise<BuildOptions[]> {
  const folders = await readdir(join(root, 'webview'), { withFileTypes: true })
  return folders.flatMap(({ name }): BuildOptions[] => {
    const outfile = `dist/webview/${name}.js`
    if (existsSync(join(root, 'webview', name, 'main.tsx'))) {
      return [{ ...page, entryPoints: [`webview/${name}/main.tsx`], outfile, format: 'iife' }]
    }
    if (existsSync(join(root, 'webview', name, 'index.tsx'))) {
      return [{ ...page, entryPoints: [`webview/${name}/index.tsx`], outfile, format: 'esm', loader: { '.css': 'text' } }]
    }
    return []
  })
}

/** What runs inside the extension host of a test or bench; VS Code wants it inside the extension's folder. */
async function hostModules(folder: string, outdir: string): Promise<BuildOptions[]> {
  const names = (await readdir(join(root, folder))).filter(name => name.endsWith('.ts'))
  const entryPoints = names.map(name => `${folder}/${name}`)
  const external = ['vscode', 'mocha']
  return [{ ...node, minify: false, entryPoints, outdir, outExtension: { '.js': '.cjs' }, external, plugins: [leaveApart('#core.ts')] }]
}

/** Fills dist/, build/integration/ and build/bench/, and writes build/meta.json. */
async function buildAll(): Promise<void> {
  const results = await Promise.all((await entries()).map(options => build(options)))
  await chmod(join(root, 'dist/cli.cjs'), 0o755)
  const meta: Metafile = { inputs: {}, outputs: {} }
  for (const { metafile } of results) {
    Object.assign(meta.inputs, metafile?.inputs)
    Object.assign(meta.outputs, metafile?.outputs)
  }
  for (const folder of ['dist', 'build/integration', 'build/bench']) await removeOthers(folder, meta)
  await mkdir(join(root, 'build'), { recursive: true })
  await writeFile(join(root, 'build/meta.json'), JSON.stringify(meta))
}

/** What an earlier build left and this one did not write. */
async function removeOthers(folder: string, { outputs }: Metafile): Promise<void> {
  for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile() && !(relative(root, file) in outputs)) await rm(file)
  }
}

await buildAll()
