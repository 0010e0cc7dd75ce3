import { backticked, deltaTableName } from '#base/sqlNames.ts'
import type { DeltaType } from '#delta/types.ts'
import type { Comparison, FieldPair } from './diffColumns.ts'

/** A statement for Spark SQL whose one row has the columns added, removed and changed. */
export function diffQuery(
  location: string,
  { from, to }: { readonly from: number; readonly to: number },
  { pairs }: Comparison,
  keys: readonly number[],
): string {
  const table = deltaTableName(location)
  const columns = (side: 'from' | 'to'): string =>
    pairs.map(pair => `${comparable(pair[side].name, pair[side].type)} AS ${backticked(pair.to.name)}`).join(', ')
  const head = `WITH f AS (SELECT ${columns('from')} FROM ${table} VERSION AS OF ${from}),
  t AS (SELECT ${columns('to')} FROM ${table} VERSION AS OF ${to}),
  added AS (SELECT * FROM t EXCEPT ALL SELECT * FROM f),
  removed AS (SELECT * FROM f EXCEPT ALL SELECT * FROM t)`
  if (keys.length === 0) {
    return `${head}
SELECT (SELECT count(*) FROM added) AS added, (SELECT count(*) FROM removed) AS removed, 0L AS changed`
  }
  const key = keys.map(index => backticked(nameOf(pairs[index]))).join(', ')
  return `${head},
  k AS (SELECT ${key}, sum(a) AS a, sum(r) AS r, sum(a) = 1 AND sum(r) = 1 AS c
    FROM (SELECT ${key}, 1L AS a, 0L AS r FROM added UNION ALL SELECT ${key}, 0L, 1L FROM removed) GROUP BY ${key})
SELECT coalesce(sum(if(c, 0L, a)), 0L) AS added, coalesce(sum(if(c, 0L, r)), 0L) AS removed, count_if(c) AS changed FROM k`
}

function nameOf(pair: FieldPair | undefined): string {
  return pair?.to.name ?? ''
}

/** Sets of rows cannot hold maps and variants. */
function comparable(name: string, type: DeltaType): string {
  if (type === 'variant') return `to_json(${backticked(name)})`
  if (typeof type !== 'string' && type.type === 'map') return `array_sort(map_entries(${backticked(name)}))`
  return backticked(name)
}
