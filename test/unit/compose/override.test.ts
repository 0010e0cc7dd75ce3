import assert from 'node:assert/strict'
import { projectOf } from '../../support/composeFiles.ts'

const base = `
services:
  a:
    image: x
    build: ./a
    command: [one]
    entrypoint: ["/a"]
    environment: [A=1, B=2, C]
    labels: {l: "1"}
    ports: ["127.0.0.1:1000:1000", "2000"]
    volumes: ["./x:/x", "data:/data"]
    networks: [front]
    depends_on: [b, c]
    healthcheck: {test: [CMD, one, two], interval: 1s}
    tmpfs: /run
    profiles: [p]
    extra_hosts: ["h=1.1.1.1"]
  b: {image: y}
  c: {image: z}
networks: {front: , back: }
volumes: {data: }
`

describe('an override', () => {
  it('joins maps and lists, and replaces single values, commands and tests', () => {
    const override = `
services:
  a:
    image:
    build: {dockerfile: Other, args: {X: 1}}
    command: two three
    entrypoint: ""
    environment: {B: 3, D: 4}
    labels: [m=2, l=9]
    ports: ["127.0.0.1:1000:1000", "3000:3000"]
    volumes: ["./y:/x/:ro"]
    networks: {back: {aliases: [z]}}
    depends_on: {b: {condition: service_healthy, restart: true}}
    healthcheck: {test: curl, retries: 3}
    tmpfs: [/tmp, "/run"]
    profiles: [q, p]
    extra_hosts: {i: 2.2.2.2}
`
    const { hash: _hash, ...service } = projectOf(base, { override, env: { C: 'c' } }).services.at(-1) ?? assert.fail()
    assert.deepEqual(service, {
      name: 'a',
      image: 'x',
      build: { context: '/p/a', dockerfile: 'Other', args: { X: '1' } },
      command: ['two', 'three'],
      entrypoint: [],
      environment: { A: '1', B: '3', C: 'c', D: '4' },
      labels: { l: '9', m: '2' },
      ports: [
        { hostIp: '127.0.0.1', hostPort: 1000, containerPort: 1000, protocol: 'tcp' },
        { hostIp: '', hostPort: null, containerPort: 2000, protocol: 'tcp' },
        { hostIp: '', hostPort: 3000, containerPort: 3000, protocol: 'tcp' },
      ],
      mounts: [
        { kind: 'bind', source: '/p/y', target: '/x', isReadOnly: true },
        { kind: 'volume', source: 'data', target: '/data', isReadOnly: false },
      ],
      networks: [
        { name: 'back', aliases: ['z'] },
        { name: 'front', aliases: [] },
      ],
      dependsOn: [
        { service: 'b', condition: 'service_healthy', isRequired: true, restarts: true },
        { service: 'c', condition: 'service_started', isRequired: true, restarts: false },
      ],
      healthcheck: { test: ['CMD-SHELL', 'curl'], intervalMs: 1000, retries: 3 },
      tmpfs: ['/run', '/tmp'],
      profiles: ['p', 'q'],
      extraHosts: ['h:1.1.1.1', 'i:2.2.2.2'],
      scale: 1,
    })
  })

  it('may add services, networks and volumes, and name the project', () => {
    const { name, services, networks } = projectOf(base, { override: 'name: other\nservices: {d: {image: w, networks: [back]}}' })
    assert.equal(name, 'other')
    assert.deepEqual(
      services.map(service => service.name),
      ['b', 'c', 'a', 'd'],
    )
    assert.deepEqual(networks.map(({ engineName }) => engineName).toSorted(), ['other_back', 'other_default', 'other_front'])
  })
})
