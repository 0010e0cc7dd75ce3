import type { JSX } from 'preact'

/** Small pictures in the colour of the text beside them; always decoration, the words are elsewhere. */
const paths = {
  table: 'M1.5 3.5a1 1 0 0 1 1-1h11a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1zM1.5 6h13M6 6v7.5M10.5 6v7.5M1.5 9.75h13',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'M2.5 8.5 6 12l7.5-8',
  chevron: 'm4 6 4 4 4-4',
  warning: 'M8 2 1.5 13.5h13zM8 6.5v3.5M8 11.5v.6',
  blocked: 'M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5zM3.6 3.6l8.8 8.8',
  filter: 'M1.5 3h13L9.5 8.75V13.5l-3-1.5V8.75z',
  clear: 'm4 4 8 8M12 4l-8 8',
  folder: 'M1.5 3.5h4.5l1.5 2h7v7.5h-13z',
  file: 'M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3',
  running: 'M8 1.75a6.25 6.25 0 1 1-6.25 6.25',
  clock: 'M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5zM8 4.5V8l2.5 1.5',
  inbox: 'M2 9.5 4 3.5h8l2 6v3.5H2zM2 9.5h3.5l1 1.5h3l1-1.5H14',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg class="dfl-icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} fill="none" stroke="currentColor" stroke-width="1.1" stroke-linejoin="round" stroke-linecap="round" />
    </svg>
  )
}
