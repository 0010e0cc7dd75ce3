/** Where NGINX keeps bodies in transit; its built-in places belong to root. */
const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/**
 * A configuration written for a container, as this machine can run it: it listens on the loopback address only, and needs no
 * rights, no name server of Docker and no file outside of its own folder.
 *
 * @param ports of a container, each with the port of this machine in its place
 */
export function localNginxConfig(text: string, ports: ReadonlyMap<number, number>): string {
  const moved = text
    // Beside the same port without it this would be a second listener of one address.
    .replaceAll(/(^|[{;])[ \t]*listen[ \t]+\[[^\]]*\][^;]*;/gm, '$1')
    .replaceAll(/((?:^|[{;])[ \t]*listen[ \t]+)(?:[\w.*-]+:)?(\d+)\b/gm, (_, before: string, port: string) => {
      return `${before}127.0.0.1:${ports.get(Number(port)) ?? port}`
    })
    .replaceAll(/^[ \t]*(?:pid|user|daemon)[ \t][^;]*;/gm, '')
    .replaceAll(/^[ \t]*resolver[ \t]+127\.0\.0\.11\b[^;]*;/gm, '')
  const missing = temporary.filter(name => !new RegExp(`^[ \\t]*${name}_temp_path[ \\t]`, 'm').test(moved))
  const paths = missing.map(name => `  ${name}_temp_path temp/${name};\n`).join('')
  return moved.replace(/^([ \t]*http[ \t]*\{[ \t]*\r?\n)/m, `$1${paths}`)
}
