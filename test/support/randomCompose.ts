import { seededRandom } from './random.ts'

/** What may stand behind a key of a service; texts as YAML in flow style. */
const values: Readonly<Record<string, readonly string[]>> = {
  command: ['[a, b c]', '"one \'two three\' four"', "''", '[]', 'python -m x --y="z w"', '~'],
  entrypoint: ['[/run]', '"/run now"', '[]'],
  environment: ['{A: 1, B: "x y", C: , D: true}', '[A=1, "B=x=y", OUT, E=]', '{F: "${OUT:-d}", G: 1.50, H: 010}', '{OUT: }'],
  labels: ['{l: 1, m: , n: "${OUT}"}', '[l=2, o]', '{dataflow.role: s3}'],
  volumes: [
    '[./a:/a, data:/b:ro]',
    '[/abs:/a/, ~/home:/h]',
    '[{type: bind, source: ./c, target: /c}, {type: volume, source: data, target: /d, read_only: true}]',
  ],
  networks: ['[n]', '{n: {aliases: [x, y]}, default: }', '[default, m]', '{m: , n: }'],
  healthcheck: [
    '{test: [CMD, a, b], interval: 1m, retries: 2}',
    '{test: "curl ${OUT}", timeout: 1.5s, start_period: 250ms}',
    '{test: [CMD-SHELL, "a || b"]}',
  ],
  restart: ['always', '"no"', 'no', 'on-failure', 'on-failure:3', 'unless-stopped'],
  init: ['true', 'false', '"true"', 'on'],
  user: ['"1:1"', 'root'],
  working_dir: ['/w', './w'],
  hostname: ['h', '"h-${OUT}"'],
  stop_grace_period: ['10s', '1m', '1h2m3.5s', '"0"'],
  mem_limit: ['512m', '1.5g', '1048576', '2gb', '1 kib'],
  cpus: ['0.5', '"2"', '1.25'],
  shm_size: ['64m', '1g'],
  pids_limit: ['10', '-1', '"20"'],
  tmpfs: ['/run', '[/run, "/tmp:size=1m"]'],
  read_only: ['true', 'false'],
  extra_hosts: ['["a:1.1.1.1", "b=2.2.2.2"]', '{c: 3.3.3.3, d: host-gateway}'],
  profiles: ['[p]', '[p, q]', '[]'],
  build: ['./b', '{context: ., dockerfile: D, args: {X: 1, OUT: }}', '{target: t, args: [Y=2]}'],
  deploy: ['{resources: {limits: {pids: 7}}}', '{mode: replicated}', '{}'],
}

/** Keys that say the same thing, of which a service has one. */
const exclusive: Readonly<Record<string, string>> = { deploy: 'pids_limit' }

/** The files of a folder with a random project within the supported subset; the same for the same seed. */
export function randomComposeFiles(seed: number): Readonly<Record<string, string>> {
  const random = seededRandom(seed)
  const pick = (items: readonly string[]): string => items[Math.floor(random() * items.length)] ?? ''
  const names = ['one', 'two', 'three', 'four'].slice(0, 1 + Math.floor(random() * 4))
  let port = 20_000

  const service = (name: string, isBase: boolean): string => {
    const keys = Object.keys(values).filter(() => random() < 0.35)
    const kept = keys.filter(key => !keys.includes(exclusive[key] ?? '') && !(isBase && key === 'profiles'))
    const lines = kept.map(key => `    ${key}: ${pick(values[key] ?? [])}`)
    if (isBase) lines.push(`    image: ${pick(['x', '"x:${TAG:-1}"', 'x@sha256:abc'])}`)
    if (random() < 0.5)
      lines.push(`    ports: [${pick([`"${++port}:80"`, `127.0.0.1:${++port}:81/udp`, '82', `{target: 83, published: ${++port}}`])}]`)
    const before = names.slice(0, names.indexOf(name))
    if (before.length > 0 && random() < 0.5) {
      lines.push(`    depends_on: ${pick([`[${before.join(', ')}]`, `{${pick(before)}: {condition: service_started, restart: true}}`])}`)
    }
    return `  ${name}:\n${lines.length === 0 ? '    x-empty: 1\n' : `${lines.join('\n')}\n`}`
  }

  const top = 'networks: {n: , m: {name: mm}}\nvolumes: {data: }\n'
  const files: Record<string, string> = {
    'compose.yaml': `services:\n${names.map(name => service(name, true)).join('')}${top}`,
    '.env': `OUT=from${pick(['', ' $OUTER', '-${MISSING:-it}'])}\nTAG=${pick(['', '2', '"3"'])}\n`,
  }
  if (random() < 0.6) files['compose.override.yaml'] = `services:\n${service(pick(names), false)}`
  return files
}

const pieces = [
  '$A',
  '${A}',
  '${E}',
  '${A:-',
  '${M:-',
  '${M-',
  '${E-',
  '${A:+',
  '${E+',
  '${M+',
  '${E:?',
  '${A?',
  '}',
  '}',
  '}',
  '{',
  'x',
  ' ',
  '$$',
  '$',
  ':',
  '-',
  '?',
  '+',
  '"',
  "'",
  '1',
  '${',
]

/** A random text around variables A (set), E (empty) and M (missing). */
export function randomTemplate(random: () => number): string {
  return Array.from({ length: 1 + Math.floor(random() * 7) }, () => pieces[Math.floor(random() * pieces.length)]).join('')
}
