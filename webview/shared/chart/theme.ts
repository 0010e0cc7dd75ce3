import type { Disposable } from '#base/disposable.ts'

/** The value of a theme's variable now, for what is drawn and not styled; the fallback where the theme has none. */
export function themeColor(name: string, fallback: string): string {
  const color = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  return color === '' ? fallback : color
}

/** Calls back after VS Code has changed the theme: it writes variables to the root and classes to the body. */
export function onThemeChange(changed: () => void): Disposable {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] })
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] })
  return { dispose: () => observer.disconnect() }
}
