import { isIP } from 'node:net'
import type { PublishedPort } from './project.ts'
import { refuseOthers } from './subset.ts'
import { itemsOf, textOf, valueOf, type MapTree, type Place, type Problems, type Tree } from './tree.ts'

/** A published port and where it is written. */
export interface PlacedPort {
  readonly port: PublishedPort
  readonly at: Place
}

/** The ports of a service, ranges as single ports, each once. */
export function readPorts(tree: Tree | undefined, problems: Problems): readonly PlacedPort[] {
  const ports = itemsOf(tree).flatMap(item => {
    const found = item.kind === 'map' ? longPort(item, problems) : shortPorts(textOf(item))
    if (typeof found !== 'string') return found.map(port => ({ port, at: item.at }))
    problems.error(item.at, found)
    return []
  })
  return [...new Map(ports.map(placed => [JSON.stringify(placed.port), placed])).values()]
}

/** `[address:][host port:]container port[/protocol]`; what is wrong with it as a text. */
function shortPorts(text: string): readonly PublishedPort[] | string {
  const [address, protocolText = 'tcp', more] = text.split('/')
  const protocol = protocolText.toLowerCase()
  if (protocol !== 'tcp' && protocol !== 'udp') return `The protocol ${protocolText} is not supported, tcp and udp are.`
  const parts = (address ?? '').split(':')
  const container = rangeOf(parts.at(-1) ?? '')
  const host = parts.length > 1 && parts.at(-2) !== '' ? rangeOf(parts.at(-2) ?? '') : null
  if (more !== undefined || container === undefined || host === undefined) return portForm
  const hostIp = parts
    .slice(0, -2)
    .join(':')
    .replace(/^\[(.*)\]$/, '$1')
  if (hostIp !== '' && isIP(hostIp) === 0) return `${hostIp} is no IP address. ${portForm}`
  if (host !== null && host.length !== container.length) {
    return 'The two ranges of ports differ in length. Give each container port one host port, or none.'
  }
  return container.map((containerPort, i) => ({ hostIp, hostPort: host?.[i] ?? null, containerPort, protocol }))
}

const portForm = 'A port is written [address:][host port:]container port, such as "127.0.0.1:8080:80", with numbers from 1 to 65535.'

function rangeOf(text: string): readonly number[] | undefined {
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const from = Number(first)
  const to = Number(last)
  if (first === '' || from < 1 || to > 65_535 || to < from) return undefined
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

function longPort(map: MapTree, problems: Problems): readonly PublishedPort[] | string {
  refuseOthers(map, 'port', problems)
  const part = (key: string): string => textOf(valueOf(map, key))
  const [target, published, hostIp, protocol] = ['target', 'published', 'host_ip', 'protocol'].map(part)
  if (target === '') return 'A port needs target, the port in the container.'
  if (target?.includes('-') === true) return 'target is one port. Write a range in the short form, such as "8000-8002:9000-9002".'
  const host = published === '' ? '' : `${published}:`
  const address = hostIp === '' ? '' : `[${hostIp}]:${published === '' ? ':' : ''}`
  return shortPorts(`${address}${host}${target}${protocol === '' ? '' : `/${protocol}`}`)
}
