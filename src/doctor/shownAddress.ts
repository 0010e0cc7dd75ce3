/**
 * An address as it may be shown and passed on: scheme, host, port and path. Users, passwords, tokens and all else that follows
 * in it or stands around it are left out; `…` where it cannot be told what is what.
 */
export function shownAddress(text: string): string {
  const scheme = /\w[\w+.-]*:\/\//.exec(text)
  if (!scheme) return /[\w.-]+:\d{1,5}(?!\d)/.exec(text)?.[0] ?? '…'
  const [rest = ''] = text.slice(scheme.index + scheme[0].length).split(/[;?#\s"',]/, 1)
  const [authority = ''] = rest.split('/', 1)
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const path = rest.slice(authority.length)
  // An @ behind a slash may end a password that holds the slash.
  const isClear = /^(?:\[[\da-f:]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(host) && !path.includes('@')
  return scheme[0] + (isClear ? host + path : '…')
}
