import { useLayoutEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import type { ChartData } from './chartData.ts'
import { numberText, xText } from './chartText.ts'
import { onThemeChange, themeColor } from './theme.ts'

export interface LineChartProps {
  readonly data: ChartData
  /** What it shows, for who cannot see it. */
  readonly label: string
  readonly language: string
  /** A part was marked, from one x to another. */
  readonly onZoom: (from: number, to: number) => void
  readonly onReset: () => void
  /** Index of the point under the pointer; undefined when there is none. */
  readonly onPoint: (index: number | undefined) => void
}

/** Enough for axes and a readable line. */
const height = 200

/** A line over an axis, on a canvas; a table beside it says the same to everybody else. */
export function LineChart(props: LineChartProps) {
  const holder = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot>(undefined)
  const latest = useRef(props)
  latest.current = props
  const { data, label, language } = props
  useLayoutEffect(() => {
    const element = holder.current
    if (!element) return undefined
    const made = new UPlot(optionsOf(element, latest), columnsOf(latest.current.data), element)
    chart.current = made
    const resizing = new ResizeObserver(() => made.setSize({ width: widthOf(element), height }))
    resizing.observe(element)
    const theming = onThemeChange(() => made.redraw(false, true))
    return () => {
      resizing.disconnect()
      theming.dispose()
      made.destroy()
    }
  }, [data.axis, language])
  useLayoutEffect(() => chart.current?.setData(columnsOf(data)), [data])
  return <div ref={holder} class="dfr-chart" role="img" aria-label={label} />
}

function columnsOf({ xs, ys }: ChartData): UPlot.AlignedData {
  return [Array.from(xs), Array.from(ys)]
}

function widthOf(element: HTMLElement): number {
  return Math.max(element.clientWidth, 80)
}

function optionsOf(element: HTMLElement, latest: { readonly current: LineChartProps }): UPlot.Options {
  const font = getComputedStyle(element)
  const axis: UPlot.Axis = {
    stroke: () => themeColor('--vscode-descriptionForeground', font.color),
    font: `11px ${font.fontFamily}`,
    grid: { stroke: () => themeColor('--vscode-editorWidget-border', font.color), width: 1 },
    ticks: { show: false },
  }
  const { data, language } = latest.current
  return {
    width: widthOf(element),
    height,
    ms: 1,
    legend: { show: false },
    padding: [8, 14, 0, 0],
    scales: { x: { time: data.axis === 'time' } },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 }, y: false },
    axes: [
      {
        ...axis,
        values: (_, splits) => splits.map(x => xText(x, { axis: data.axis, language, span: spanOf(splits) })),
        space: 90,
        size: 30,
      },
      { ...axis, values: (_, splits) => splits.map(y => numberText(y, language)), size: 64 },
    ],
    series: [{}, lineOf(font.color)],
    hooks: {
      setCursor: [({ cursor }) => latest.current.onPoint(cursor.idx ?? undefined)],
      setSelect: [
        made => {
          const { left, width } = made.select
          if (width <= 2) return
          latest.current.onZoom(made.posToVal(left, 'x'), made.posToVal(left + width, 'x'))
          made.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
      ready: [({ over }) => over.addEventListener('dblclick', () => latest.current.onReset())],
    },
  }
}

function spanOf(splits: readonly number[]): number {
  return (splits.at(-1) ?? 0) - (splits[0] ?? 0)
}

function lineOf(fallback: string): UPlot.Series {
  const color = (): string => themeColor('--vscode-charts-blue', fallback)
  return { stroke: color, width: 1.5, points: { stroke: color, fill: color, size: 4 }, spanGaps: false }
}
