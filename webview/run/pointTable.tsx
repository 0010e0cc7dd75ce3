import type { PointColumns } from '#protocol/run.ts'
import { momentText } from '../shared/chart/chartText.ts'
import type { RunStrings } from './runStrings.ts'

interface PointTableProps {
  readonly name: string
  readonly points: PointColumns
  readonly strings: RunStrings
}

/** The points of a chart, for who cannot see it or wants the exact numbers. */
export function PointTable({ name, points: { steps, times, values }, strings }: PointTableProps) {
  const { language, metrics: texts, entries } = strings
  const label = texts.tableOf(name)
  return (
    <div class="dfr-points" role="region" aria-label={label} tabIndex={0}>
      <table class="dfr-table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{texts.step}</th>
            <th scope="col">{texts.time}</th>
            <th scope="col">{entries.value}</th>
          </tr>
        </thead>
        <tbody>
          {Array.from(steps, (step, i) => (
            <tr key={i}>
              <td class="dfr-number">{step}</td>
              <td>{momentText(times[i] ?? 0, language)}</td>
              <td class="dfr-number">{String(values[i])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
