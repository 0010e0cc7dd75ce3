import type { Json } from '#arrow/json.ts'
import type { DemoPlaces } from './demoPlan.ts'

export type DemoRow = Readonly<Record<string, Json>>
export type Figures = Readonly<Record<string, number>>

/** A table of the demo lake and what must be found in it, whoever reads it. */
export interface DemoTable {
  readonly layer: keyof DemoPlaces
  readonly name: string
  /** The newest version after filling. */
  readonly version: number
  /** Rows of every version, from 0 on. */
  readonly rows: readonly number[]
  /** Of the newest version; compared with {@link isSame}. */
  readonly figures: Figures
  /** The figures of all its rows, in whatever order; numbers may come as text. */
  readonly measure: (rows: readonly DemoRow[]) => Figures
}

/** Equal within half a unit of the tenth significant digit: what summing in another order may change. */
export function isSame(found: Figures, expected: Figures): boolean {
  const names = Object.keys(expected)
  return names.length === Object.keys(found).length && names.every(name => isNear(found[name], expected[name]))
}

/** All tables of the demo lake with their checked figures. */
export const demoTables: readonly DemoTable[] = [
  {
    layer: 'bronze',
    name: 'stocks_raw',
    version: 3,
    rows: [560, 560, 628, 560],
    figures: { amazonMonths: 123, amazonFirst: 64.56, amazonLast: 128.82, amazonMin: 5.97, amazonMax: 135.91, googleMonths: 68 },
    measure: measureStocks,
  },
  {
    layer: 'bronze',
    name: 'sp500_raw',
    version: 3,
    rows: [5105, 5117, 5117, 5105],
    figures: { days: 5105, closeMin: 676.530029, closeMax: 3386.149902 },
    measure: rows => ({ days: new Set(texts(rows, 'date')).size, ...extremes(rows) }),
  },
  {
    layer: 'silver',
    name: 'stocks_cleaned',
    version: 8,
    rows: [0, 560, 5591, 5665, 5665, 5665, 5668, 5668, 5665],
    figures: { monthly: 560, daily: 5105, closeMin: 676.530029, closeMax: 3386.149902 },
    measure: rows => ({
      monthly: rows.filter(row => row['volume'] === null).length,
      daily: of(rows, 'SP500').length,
      ...extremes(of(rows, 'SP500')),
    }),
  },
  {
    layer: 'gold',
    name: 'stocks_daily_metrics',
    version: 5,
    rows: [5665, 5665, 5665, 5665, 5665, 5665],
    figures: {
      daily: 5105,
      ratios: 5105,
      closeMin: 676.530029,
      closeMax: 3386.149902,
      returnMeanPercent: 0.021_202_104_53,
      returnDeviationPercent: 1.253_042_348_656,
      up: 2731,
      downOrFlat: 2373,
      ma5AtEnd: 2813.032_031_4,
      ma30AtEnd: 2617.303_320_333,
    },
    measure: measureMetrics,
  },
]

function measureStocks(rows: readonly DemoRow[]): Figures {
  const amazon = of(rows, 'AMZN').toSorted((a, b) => Date.parse(text(a, 'date')) - Date.parse(text(b, 'date')))
  const prices = amazon.map(row => Number(row['price']))
  return {
    amazonMonths: amazon.length,
    amazonFirst: prices.at(0) ?? NaN,
    amazonLast: prices.at(-1) ?? NaN,
    amazonMin: Math.min(...prices),
    amazonMax: Math.max(...prices),
    googleMonths: of(rows, 'GOOG').length,
  }
}

function measureMetrics(rows: readonly DemoRow[]): Figures {
  const days = of(rows, 'SP500').toSorted((a, b) => (text(a, 'date') < text(b, 'date') ? -1 : 1))
  const returns = days.filter(row => row['daily_return'] !== null).map(row => Number(row['daily_return']))
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length
  const squares = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return {
    daily: days.length,
    ratios: days.filter(row => row['volume_price_ratio'] !== null).length,
    ...extremes(days, 'avg_close'),
    returnMeanPercent: mean * 100,
    returnDeviationPercent: Math.sqrt(squares / (returns.length - 1)) * 100,
    up: returns.filter(value => value > 0).length,
    downOrFlat: returns.filter(value => value <= 0).length,
    ma5AtEnd: Number(days.at(-1)?.['ma5']),
    ma30AtEnd: Number(days.at(-1)?.['ma30']),
  }
}

function extremes(rows: readonly DemoRow[], column = 'close'): { readonly closeMin: number; readonly closeMax: number } {
  const values = rows.map(row => Number(row[column]))
  return { closeMin: Math.min(...values), closeMax: Math.max(...values) }
}

function of(rows: readonly DemoRow[], symbol: string): readonly DemoRow[] {
  return rows.filter(row => row['symbol'] === symbol)
}

function texts(rows: readonly DemoRow[], column: string): readonly string[] {
  return rows.map(row => text(row, column))
}

function text(row: DemoRow, column: string): string {
  const value = row[column]
  return typeof value === 'string' ? value : ''
}

function isNear(found: number | undefined, expected: number | undefined): boolean {
  if (found === undefined || expected === undefined) return false
  return Math.abs(found - expected) <= Math.abs(expected) * 5e-10
}
