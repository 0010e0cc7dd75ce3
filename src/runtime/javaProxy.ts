import type { Environment } from './places.ts'

/** The proxy variables as Java options; a proxy that wants a password needs an `ivysettings.xml`, as options are seen by all. */
export function proxyOptions(env: Environment): readonly string[] {
  const schemes = ['http', 'https'].flatMap(scheme => {
    const proxy = parseProxy(env[`${scheme}_proxy`] ?? env[`${scheme.toUpperCase()}_PROXY`] ?? env['all_proxy'] ?? env['ALL_PROXY'])
    return proxy ? [`-D${scheme}.proxyHost=${proxy.host}`, `-D${scheme}.proxyPort=${proxy.port}`] : []
  })
  const direct = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(',').flatMap(nonProxyHosts)
  return schemes.length > 0 && direct.length > 0 ? [...schemes, `-Dhttp.nonProxyHosts=${direct.join('|')}`] : schemes
}

function parseProxy(value: string | undefined): { host: string; port: string } | undefined {
  if (!value) return undefined
  const text = value.includes('://') ? value : `http://${value}`
  if (!URL.canParse(text)) return undefined
  const { hostname, port, protocol } = new URL(text)
  return { host: hostname, port: port || (protocol === 'https:' ? '443' : '80') }
}

/** `.example.com` and `example.com` both mean the domain with all below it. */
function nonProxyHosts(entry: string): string[] {
  const name = entry.trim().replace(/^\*?\./, '')
  return name === '' ? [] : [name, `*.${name}`]
}
