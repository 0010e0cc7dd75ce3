import { render } from 'preact'
import type { ActivationFunction } from 'vscode-notebook-renderer'
import { asError } from '#base/errors.ts'
import { readPage } from '#arrow/page.ts'
import { readOutputMetadata } from '#protocol/result.ts'
import baseStyles from '../shared/base.css'
import gridStyles from '../shared/grid/grid.css'
import { stringsFor } from '../shared/strings.ts'
import { resultBytes } from './resultBytes.ts'
import { ResultView } from './resultView.tsx'
import styles from './result.css'

/** Draws the rows of a statement below its cell, at once; VS Code loads this module as the renderer `dataflow-result`. */
export const activate: ActivationFunction = () => {
  addStyles()
  const drawn = new Map<string, HTMLElement>()
  return {
    renderOutputItem: (item, element) => {
      drawn.set(item.id, element)
      const strings = stringsFor(navigator.language)
      try {
        const arrow = resultBytes(item.data())
        const page = readPage(arrow)
        render(<ResultView page={page} bytes={arrow.byteLength} metadata={readOutputMetadata(item.metadata)} strings={strings} />, element)
      } catch (error) {
        render(<ResultView problem={asError(error)} strings={strings} />, element)
      }
    },
    disposeOutputItem: id => {
      for (const [known, element] of Array.from(drawn)) {
        if (id !== undefined && id !== known) continue
        render(null, element)
        drawn.delete(known)
      }
    },
  }
}

/** Once a notebook: all its outputs share one document. */
function addStyles(): void {
  const id = 'dataflow-result-styles'
  if (document.getElementById(id)) return
  const style = document.createElement('style')
  style.id = id
  style.textContent = baseStyles + gridStyles + styles
  document.head.append(style)
}
