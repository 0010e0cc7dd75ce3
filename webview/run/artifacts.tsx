import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { byteText } from '#base/byteText.ts'
import { unreachable } from '#base/unreachable.ts'
import { Icon } from '../shared/icons.tsx'
import { Notice } from '../shared/notice.tsx'
import { Visible } from '../shared/visible.tsx'
import { nameOf, type ArtifactTree, type Row } from './artifactTree.ts'
import { told, type PartProps } from './parts.ts'

/** The files of a run as a tree by the pattern of WAI-ARIA: arrows move, open and close; Enter copies a path. */
export function Artifacts(props: PartProps) {
  const { model, strings } = props
  const tree = model.artifacts
  const list = useRef<HTMLUListElement>(null)
  const left = useRef(-1)
  useEffect(() => void tree.load(), [tree])
  const { rows } = tree
  // A line that reads on makes way for what it read: the focus goes there, too.
  useLayoutEffect(() => {
    const line = list.current?.children[left.current]
    if (line instanceof HTMLElement && document.activeElement === document.body) line.focus()
  }, [rows])
  if (tree.isEmpty) return <Notice role="note" icon="inbox" title={strings.artifacts.none} />
  const onFocusIn = (event: FocusEvent): void => {
    const lines = Array.from(list.current?.children ?? []).filter(line => line instanceof HTMLElement)
    const at = lines.findIndex(line => line === event.target)
    left.current = rows[at]?.kind === 'artifact' ? -1 : at
    // The focused line is the one stop of the Tab key.
    for (const line of lines) line.tabIndex = line === event.target ? 0 : -1
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const lines = Array.from(list.current?.children ?? []).filter(line => line instanceof HTMLElement)
    const at = lines.findIndex(line => line === document.activeElement)
    const row = rows[at]
    if (!row || !press(event.key, { at, rows, row, tree, focus: index => lines[index]?.focus() }, props)) return
    event.preventDefault()
  }
  return (
    <ul class="dfr-tree" role="tree" aria-label={strings.artifacts.tree} ref={list} onKeyDown={onKeyDown} onFocusIn={onFocusIn}>
      {rows.map((row, i) => (
        <Line key={keyOf(row)} {...props} row={row} isFirst={i === 0} />
      ))}
    </ul>
  )
}

function keyOf(row: Row): string {
  return row.kind === 'artifact' ? `artifact ${row.artifact.path}` : `end ${row.path}`
}

interface Pressed {
  readonly at: number
  readonly row: Row
  readonly rows: readonly Row[]
  readonly tree: ArtifactTree
  readonly focus: (index: number) => void
}

/** True when the key means something here. */
function press(key: string, { at, rows, row, tree, focus }: Pressed, props: PartProps): boolean {
  const isOpen = row.kind === 'artifact' && row.isOpen
  const isFolder = row.kind === 'artifact' && row.artifact.isFolder
  if (key === 'ArrowDown') focus(at + 1)
  else if (key === 'ArrowUp') focus(at - 1)
  else if (key === 'Home') focus(0)
  else if (key === 'End') focus(rows.length - 1)
  else if (key === 'ArrowRight' && isFolder && isOpen) focus(at + 1)
  else if (key === 'ArrowLeft' && !isOpen) focus(rows.findLastIndex((each, i) => i < at && each.level < row.level))
  else if (key === 'Enter' || key === ' ' || (isFolder && (key === 'ArrowRight' || key === 'ArrowLeft'))) act(row, tree, props)
  else return false
  return true
}

/** Opens or closes a folder, copies the path of a file, reads what is not there yet. */
function act(row: Row, tree: ArtifactTree, props: PartProps): void {
  if (row.kind === 'artifact' && row.artifact.isFolder) void tree.toggle(row.artifact.path)
  else if (row.kind === 'artifact') void told(props.actions.copy(row.artifact.path), props.strings.copied, props)
  else if (row.kind === 'more' || row.kind === 'problem') void tree.more(row.path)
}

function Line({ row, isFirst, ...props }: PartProps & { readonly row: Row; readonly isFirst: boolean }) {
  const isFolder = row.kind === 'artifact' && row.artifact.isFolder
  return (
    <li
      class="dfr-line"
      role="treeitem"
      aria-level={row.level}
      aria-expanded={isFolder ? row.isOpen : undefined}
      tabIndex={isFirst ? 0 : -1}
      style={{ paddingLeft: `${(row.level - 1) * 16 + 8}px` }}
      onClick={event => {
        event.currentTarget.focus()
        act(row, props.model.artifacts, props)
      }}
    >
      <LineContent {...props} row={row} />
    </li>
  )
}

function LineContent({ row, strings }: PartProps & { readonly row: Row }) {
  switch (row.kind) {
    case 'artifact': {
      const { artifact } = row
      return (
        <>
          <span class="dfr-twistie">{artifact.isFolder ? <Icon name="chevron" /> : null}</span>
          <Icon name={artifact.isFolder ? 'folder' : 'file'} />
          <span class="dfr-linename">
            <Visible text={nameOf(artifact)} />
          </span>
          {artifact.size === null ? null : <span class="dfp-quiet">{byteText(artifact.size, strings.language)}</span>}
        </>
      )
    }
    case 'loading':
    case 'more':
      return <span class="dfp-quiet">{strings.artifacts[row.kind]}</span>
    case 'empty':
      return <span class="dfp-quiet">{strings.artifacts.emptyFolder}</span>
    case 'problem':
      return (
        <span class="dfr-lineproblem">
          {row.error.message} {strings.retry}
        </span>
      )
    default:
      return unreachable(row)
  }
}
