import { readFile } from 'node:fs/promises'

/** The raw files of the demo lake, out of the development dependency `vega-datasets`. */
export async function readDemoCsv(): Promise<{ readonly stocks: Uint8Array; readonly sp500: Uint8Array }> {
  const data = new URL('../data/', import.meta.resolve('vega-datasets'))
  const [stocks, sp500] = await Promise.all([readFile(new URL('stocks.csv', data)), readFile(new URL('sp500-2000.csv', data))])
  return { stocks, sp500 }
}
