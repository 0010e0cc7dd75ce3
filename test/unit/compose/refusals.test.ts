import assert from 'node:assert/strict'
import { agreeing, refused } from '../../fixtures/compose/cases.ts'
import { complaintsAbout, readCompose, serviceComplaints, warningsAbout } from '../../support/composeFiles.ts'

describe('a compose file that cannot be used', () => {
  const table: readonly (readonly [what: string, text: string, complaints: readonly string[]])[] = [
    [
      'is no YAML',
      'services:\n  a: [x',
      ['2:8 This is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ].'],
    ],
    [
      'has two documents',
      'services: {a: {image: x}}\n---\na: b\n',
      ['2:1 A second YAML document begins here. Put overrides into an override file.'],
    ],
    ['is no map', '- services', ['1:1 A compose file is a map with the key services.']],
    ['is empty', '', ['1:1 A compose file is a map with the key services.']],
    ['has no services', 'name: x\n', ['1:1 The file has no services.']],
    [
      'has a key twice',
      'services:\n  a:\n    image: x\n    image: y\n',
      ['4:5 The key image stands here twice, first in line 3. Keep one of them.'],
    ],
    [
      'merges twice',
      'services:\n  a:\n    <<: {image: x}\n    <<: {init: true}\n',
      ['4:5 The key << stands here twice, first in line 3. Keep one of them.'],
    ],
    ['has nothing below services', 'services:\n', ['1:1 Nothing stands below services. Remove the line, or list services there.']],
    ['has a number for a key', 'services: {a: {image: x, environment: {1: x}}}', ['1:40 A key is a text. Put this one in quotes.']],
    ['uses an anchor that is not there', 'services: {a: *base}', ['1:15 There is no anchor &base before this alias.']],
    ['uses a tag', 'services:\n  a: {image: x, ports: !reset []}', ['2:31 The tag !reset is not supported. Write the value without it.']],
    ['merges a text', 'services:\n  a: {<<: x, image: x}', ['2:11 `<<` merges a map or a list of maps.']],
    [
      'has several mistakes in several services',
      'services:\n  a:\n    image: x\n    healthchek: {}\n  b:\n    image: [x]\n    ports: {}\n',
      [
        '4:5 services.a has no key healthchek. Did you mean healthcheck?',
        '6:5 services.b.image must be a text.',
        '7:5 services.b.ports must be a list.',
      ],
    ],
    ['has an unknown section', 'servces: {}\n', ['1:1 A compose file has no key servces. Did you mean services?']],
    ['has a number for a version', 'version: 3.8\nservices: {a: {image: x}}', ['1:1 version must be a text.']],
    [
      'needs what is not supported',
      'services: {a: {image: x}}\nsecrets: {s: {file: ./s}}\nx-own: 1\n',
      ['2:1 secrets is not supported: put secret values into .env and name them in environment as ${NAME}.'],
    ],
    [
      'waits in a circle',
      'services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n  c: {image: x, depends_on: [a]}\n',
      ['4:30 Services wait for each other: a → b → c → a. Remove one of these depends_on.'],
    ],
    [
      'names what is not there',
      'services:\n  a:\n    image: x\n    depends_on: [b]\n    networks: [n]\n    volumes: [data:/data]\n',
      [
        '4:18 The service a depends on b, which is not in the file.',
        '5:16 The service a joins the network n, which is not listed under networks at the end of the file. List it there.',
        '6:15 The volume data is not listed under volumes at the end of the file. List it there, or write ./data for a folder.',
      ],
    ],
    [
      'publishes a port twice',
      'services:\n  a: {image: x, ports: ["127.0.0.1:80:80"]}\n  b: {image: x, ports: ["80:81", "127.0.0.2:80:82"]}\n',
      [
        '3:25 The port 80 is published by a already, in line 2. Give one of them another host port.',
        '3:34 The port 80 is published by b already, in line 3. Give one of them another host port.',
      ],
    ],
    [
      'gives two containers one name',
      'services:\n  a: {image: x, container_name: one}\n  b: {image: x, container_name: one}\n',
      ['3:3 The services a and b have the same container_name one.'],
    ],
    [
      'has networks of its own kind',
      'services: {a: {image: x, networks: [n]}}\nnetworks:\n  n:\n    driver: overlay\n    ipam: {}\n',
      [
        '4:13 The driver overlay is not supported; bridge is, and needs no line.',
        '5:5 ipam is not supported: addresses are given by the engine. Remove it.',
      ],
    ],
  ]
  for (const [what, text, complaints] of table) it(what, () => assert.deepEqual(complaintsAbout(text), complaints))

  it('tells of mistakes in its override at their place there', () => {
    assert.deepEqual(complaintsAbout('services: {a: {image: x}}', { override: 'services:\n  a:\n    privileged: true\n' }), [
      'compose.override.yaml 3:5 privileged is not supported: services of a lakehouse run without rights over the machine. Remove it.',
    ])
  })
})

describe('a service that cannot be used', () => {
  const table: readonly (readonly [lines: string, complaint: string])[] = [
    ['expose: ["80"]', '4:5 expose is not supported: services of one network reach every port of each other without it. Remove it.'],
    [
      'tty: true',
      '4:5 tty is not supported: DataFlow Lab does not start services with it. Remove it, or run this file with docker compose itself.',
    ],
    ['command: a | b', '4:14 No shell runs this command, so | does not work in it. Write ["sh", "-c", "…"] instead, or quote it.'],
    [`command: "echo 'x"`, "4:14 The quote ' is not closed."],
    ['ports: ["x:80"]', portForm('4:13')],
    ['ports: ["0:80"]', portForm('4:13')],
    ['ports: ["80:65536"]', portForm('4:13')],
    ['ports: ["80-82:80-81"]', '4:13 The two ranges of ports differ in length. Give each container port one host port, or none.'],
    ['ports: ["1.2.3:80:80"]', `4:13 1.2.3 is no IP address. ${portForm('').trim()}`],
    ['ports: ["80:80/sctp"]', '4:13 The protocol sctp is not supported, tcp and udp are.'],
    ['ports: [{published: 80}]', '4:13 A port needs target, the port in the container.'],
    [
      'ports: ["80:80"]\nscale: 2',
      '4:13 2 containers cannot share one host port. Publish the container port alone, and each gets a port of its own.',
    ],
    [
      'volumes: [/data]',
      '4:15 A volume without a name is lost with its container. Name it, NAME:target, and list the name under volumes at the end of the file.',
    ],
    ['volumes: ["./x:/y:z"]', '4:15 The mount option z is not supported; ro and rw are.'],
    ['volumes: ["./x:y"]', '4:15 The target y is no absolute path in the container.'],
    [
      'volumes: [{type: tmpfs, target: /t}]',
      '4:15 Mounts of type tmpfs are not supported; bind and volume are. For memory use tmpfs of the service.',
    ],
    ['volumes: [./a:/x]\ntmpfs: /x', '4:15 Something is mounted at /x already. Keep one of the two.'],
    ['stop_grace_period: "10"', '4:24 This is a duration with units, such as 30s, 1m30s or 500ms.'],
    ['mem_limit: lots', '4:16 This is a size such as 512m, 2g or a number of bytes.'],
    ['cpus: few', '4:11 This is a number of at least 0.'],
    ['init: "perhaps"', '4:11 This is true or false.'],
    ['restart: sometimes', '4:14 restart is "no", always, on-failure, on-failure:N or unless-stopped.'],
    ['healthcheck: {interval: 1s}', '4:18 A health check needs test: a command as a text, or a list that begins with CMD or CMD-SHELL.'],
    ['healthcheck: {test: [curl, x]}', '4:25 A health check needs test: a command as a text, or a list that begins with CMD or CMD-SHELL.'],
    [
      'healthcheck: {test: x, start_interval: 1s}',
      '4:28 start_interval is not supported: older engines refuse it. Use a short interval and more retries.',
    ],
    ['env_file: none.env', '4:15 There is no file /p/none.env.'],
    ['environment: ["A =1"]', '4:19 This is NAME=value, with a name and no space before the equals sign.'],
    ['extra_hosts: [a]', '4:19 An extra host is written name=address.'],
    ['deploy: {mode: global}', '4:20 Only the mode replicated is supported. Remove it.'],
    [
      'cpus: 1\ndeploy: {resources: {limits: {cpus: "2"}}}',
      '4:11 deploy.resources.limits does not say the same. Write cpus there only, as cpus.',
    ],
    ['scale: 2\ndeploy: {replicas: 3}', '5:24 scale says something else. Keep one of the two.'],
    ['container_name: one\nscale: 2', '4:21 Several containers cannot have one name. Remove container_name or the scale.'],
    ['labels: {a: "${B:?which}"}', '4:17 The variable B must have a value: which. Set it in .env or in the environment.'],
    [
      'build: https://example.org/x.git',
      '4:12 An image is built from a folder of this machine only. Fetch the sources and name their folder.',
    ],
  ]
  for (const [lines, complaint] of table) it(lines.replaceAll('\n', ', '), () => assert.deepEqual(serviceComplaints(lines), [complaint]))
})

describe('a compose file with something to know', () => {
  it('is used with a warning where docker compose reads otherwise', () => {
    const text = 'services: {a: {image: x, environment: {DAY: 2024-01-01}}}'
    assert.deepEqual(warningsAbout(text, { env: { COMPOSE_FILE: 'a.yml:b.yml' } }), [
      '1:45 docker compose refuses a date without quotes. Put it in quotes.',
      '1:1 COMPOSE_FILE makes docker compose read a.yml:b.yml. Here this file is read.',
    ])
  })

  it('is used with a warning', () => {
    const text = 'services:\n  a: {image: "x:$TAG", depends_on: [b]}\n  b: {image: x, profiles: [p]}\n'
    assert.deepEqual(warningsAbout(text), [
      '2:14 The variable TAG is not set and became an empty text.',
      '2:37 The service a depends on b, whose profile is not active. docker compose refuses that; add p to COMPOSE_PROFILES.',
    ])
    assert.equal(readCompose(text).kind, 'project')
  })
})

describe('what docker compose was seen to do', () => {
  for (const { name, files, env = {} } of [...agreeing, ...refused]) {
    const expected = agreeing.some(each => each.name === name) ? 'project' : 'refused'
    it(`is done here: ${name}`, () => {
      const sources = Object.entries(files).filter(([path]) => /\.ya?ml$/.test(path))
      const parsed = readCompose(sources[0]?.[1] ?? '', {
        env: { HOME: '/home/u', ...env },
        ...(sources[1] === undefined || name.startsWith('compose.yaml before') ? {} : { override: sources[1][1] }),
        ...(files['.env'] === undefined ? {} : { envText: files['.env'] }),
        fileText: path => files[path.slice('/p/'.length)],
      })
      assert.equal(parsed.kind, expected)
    })
  }
})

function portForm(place: string): string {
  return `${place} A port is written [address:][host port:]container port, such as "127.0.0.1:8080:80", with numbers from 1 to 65535.`
}
