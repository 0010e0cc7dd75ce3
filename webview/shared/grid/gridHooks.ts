import { useSignalEffect } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Copier } from './copier.ts'
import type { GridModel, GridView } from './gridModel.ts'
import { bodyHeight } from './viewport.ts'

export type ElementRef = { readonly current: HTMLDivElement | null }

/** Keeps the element's scroll and size and the model's in step, and loads what is in view. */
export function useScrolling(model: GridModel, scroller: ElementRef): void {
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const measure = (): void => model.resized(element.clientWidth, element.clientHeight)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [model])
  const { dom, left } = model.target.value
  const height = bodyHeight(model.body.value)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    if (Math.abs(element.scrollTop - dom) >= 1) element.scrollTop = dom
    if (Math.abs(element.scrollLeft - left) >= 1) element.scrollLeft = left
  }, [model.target.value, height])
  useSignalEffect(() => {
    void model.rowSpan.value
    void model.scroll.value
    model.load()
  })
}

/** Moves the focus to the active cell once it is drawn: the cell that had it may be gone by then. */
export function useFocus(model: GridModel, scroller: ElementRef): () => void {
  const isAsked = useRef(false)
  const focusNow = (): void => activeCell(scroller.current)?.focus({ preventScroll: true })
  void model.selection.value
  useLayoutEffect(() => {
    if (isAsked.current) focusNow()
    isAsked.current = false
  })
  return () => {
    isAsked.current = true
    focusNow()
  }
}

/**
 * Answers the copy command of VS Code's own key bindings and menus. The events go to the body, since nothing is selected in
 * the browser's sense, and Chromium takes the command only where `beforecopy` is answered.
 */
export function useCopyCommand(copier: Copier, scroller: ElementRef): void {
  useEffect(() => {
    const isOurs = (): boolean => scroller.current?.contains(document.activeElement) === true
    const allow = (event: Event): void => {
      if (isOurs()) event.preventDefault()
    }
    const answer = (event: ClipboardEvent): void => {
      if (isOurs()) copier.answer(event)
    }
    document.addEventListener('beforecopy', allow)
    document.addEventListener('copy', answer)
    return () => {
      document.removeEventListener('beforecopy', allow)
      document.removeEventListener('copy', answer)
    }
  }, [copier])
}

/** Tells the view whenever it changes. */
export function useView(model: GridModel, onDidChangeView: ((view: GridView) => void) | undefined): void {
  useSignalEffect(() => onDidChangeView?.(model.view))
}

function activeCell(element: HTMLElement | null): HTMLElement | undefined {
  const found = element?.querySelector('[role="gridcell"][tabindex="0"], [role="columnheader"][tabindex="0"]')
  return found instanceof HTMLElement ? found : undefined
}
