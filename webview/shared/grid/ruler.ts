import type { Ruler } from './columns.ts'

/** Padding at both sides, the border and the resize handle. */
const padding = 24
const typeScale = 0.85
const codeScale = 0.95

/** Measures in the fonts that the grid has inside of an element: names are bold, types smaller, bytes and nested values in the code font. */
export function rulerOf(element: Element): Ruler {
  const context = document.createElement('canvas').getContext('2d')
  const style = getComputedStyle(element)
  const size = Number.parseFloat(style.getPropertyValue('--vscode-font-size') || style.fontSize) || 13
  const textFamily = style.getPropertyValue('--vscode-font-family') || style.fontFamily
  const codeFamily = style.getPropertyValue('--vscode-editor-font-family') || 'monospace'
  const measure = (text: string, weight: number, pixels: number, family = textFamily): number => {
    if (!context) return text.length * pixels * 0.6
    context.font = `${weight} ${pixels}px ${family}`
    return context.measureText(text).width
  }
  return {
    padding,
    cell: ({ kind, text }) =>
      kind === 'nested' || kind === 'binary' ? measure(text, 400, size * codeScale, codeFamily) : measure(text, 400, size),
    name: text => measure(text, 600, size),
    type: text => measure(text, 400, size * typeScale),
  }
}
