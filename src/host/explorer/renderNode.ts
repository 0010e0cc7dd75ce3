import * as vscode from 'vscode'
import { unreachable } from '#base/unreachable.ts'
import { nodeId, type CatalogNode, type VersionSummary } from '#app/catalogNode.ts'
import { localStackName } from '#app/connection.ts'
import { locationOf } from '#app/place.ts'
import { commands } from '#host/ids.ts'
import { cancelledItem, problemItem, treeItem } from '#host/treeItem.ts'
import { formatBytes, formatCount, formatTime } from '#host/format.ts'
import { columnIcon, describeChanges, describeColumn } from './nodeText.ts'

export interface Drawing {
  /** A picture of media/ by its name. */
  readonly picture: (name: string) => { readonly light: vscode.Uri; readonly dark: vscode.Uri }
  /** Epoch ms. */
  readonly now: number
}

type NodeOf<K extends CatalogNode['kind']> = CatalogNode & { readonly kind: K }

/**
 * A node as VS Code draws it. `contextValue` is the node's kind, but `problem` for a failure that can be tried again,
 * `unreadableVersion`, and `localStack` for the connection that keeps its own keys.
 */
export function renderNode(node: CatalogNode, { picture, now }: Drawing): vscode.TreeItem {
  const drawn = draw(node, now)
  const name = pictureOf(node)
  if (name !== undefined) drawn.iconPath = picture(name)
  drawn.id = nodeId(node)
  drawn.contextValue ??= node.kind
  return drawn
}

function pictureOf(node: CatalogNode): string | undefined {
  if (node.kind === 'version') return node.version.readable ? 'version' : undefined
  return node.kind === 'bucket' || node.kind === 'table' || node.kind === 'file' ? node.kind : undefined
}

function draw(node: CatalogNode, now: number): vscode.TreeItem {
  switch (node.kind) {
    case 'connection':
      return drawConnection(node)
    case 'bucket':
      return treeItem(node.name, {
        children: 'closed',
        tooltip: locationOf(node.place),
        says: vscode.l10n.t('Bucket {0}', node.name),
      })
    case 'folder':
      return treeItem(node.name, {
        icon: 'folder',
        children: 'closed',
        tooltip: locationOf(node.place),
        says: vscode.l10n.t('Folder {0}', node.name),
      })
    case 'table':
      return drawTable(node)
    case 'object':
      return drawObject(node)
    case 'versions':
      return treeItem(vscode.l10n.t('Versions'), { icon: 'history', children: 'closed' })
    case 'version':
      return drawVersion(node, now)
    case 'schema':
      return treeItem(vscode.l10n.t('Schema'), { icon: 'symbol-structure', children: 'closed' })
    case 'column':
      return drawColumn(node)
    case 'files':
      return treeItem(vscode.l10n.t('Files'), { icon: 'files', children: 'closed' })
    case 'file':
      return drawFile(node)
    case 'more':
      return treeItem(vscode.l10n.t('Load more…'), { icon: 'ellipsis', run: commands.loadMore, argument: node })
    case 'notice':
      return drawNotice(node)
    default:
      return unreachable(node)
  }
}

function drawConnection({ name }: NodeOf<'connection'>): vscode.TreeItem {
  const drawn = treeItem(name, { icon: 'server-environment', children: 'closed', says: vscode.l10n.t('Connection {0}', name) })
  if (name === localStackName) drawn.contextValue = 'localStack'
  return drawn
}

function drawTable(node: NodeOf<'table'>): vscode.TreeItem {
  return treeItem(node.name, {
    children: 'closed',
    tooltip: vscode.l10n.t('Delta table {0}', locationOf(node.place)),
    says: vscode.l10n.t('Delta table {0}', node.name),
    run: commands.openPreview,
    argument: node,
  })
}

function drawVersion(node: NodeOf<'version'>, now: number): vscode.TreeItem {
  const { version, timestamp, operation, readable, rows } = node.version
  const label = vscode.l10n.t('Version {0}', String(version))
  const facts = [operation, rows && describeChanges(rows), formatTime(timestamp, now)].filter(fact => fact !== null && fact !== '')
  const drawn = treeItem(label, {
    ...(readable ? {} : { icon: 'circle-slash' }),
    description: facts.join(' · '),
    tooltip: versionFacts(node.version),
    says: [label, ...facts].join(', '),
    ...(readable ? { run: commands.openPreview, argument: node } : {}),
  })
  if (!readable) drawn.contextValue = 'unreadableVersion'
  return drawn
}

function versionFacts({ version, timestamp, operation, readable, rows }: VersionSummary): string {
  const lines = [vscode.l10n.t('Version {0}', String(version)), vscode.l10n.t('Time: {0}', timestamp)]
  if (operation !== null) lines.push(vscode.l10n.t('Operation: {0}', operation))
  if (rows !== null) {
    const { added, updated, removed } = rows
    lines.push(vscode.l10n.t('Rows: {0} added, {1} updated, {2} removed', formatCount(added), formatCount(updated), formatCount(removed)))
  }
  if (!readable) lines.push(vscode.l10n.t('The log no longer holds what is needed to read this version.'))
  return lines.join('\n')
}

function drawColumn({ column }: NodeOf<'column'>): vscode.TreeItem {
  const description = describeColumn(column)
  return treeItem(column.name, {
    icon: columnIcon(column.type),
    ...(column.children.length > 0 ? { children: 'closed' } : {}),
    description,
    tooltip: `${column.name}: ${column.type}${column.nullable ? '' : ' NOT NULL'}`,
    says: vscode.l10n.t('Column {0}, {1}', column.name, description),
  })
}

function drawObject(node: NodeOf<'object'>): vscode.TreeItem {
  const drawn = treeItem(node.name, {
    description: formatBytes(node.size),
    tooltip: [
      locationOf(node.place),
      vscode.l10n.t('Size: {0} bytes', formatCount(node.size)),
      vscode.l10n.t('Changed: {0}', new Date(node.modified).toISOString()),
    ].join('\n'),
    says: vscode.l10n.t('Object {0}, {1}', node.name, formatBytes(node.size)),
  })
  // The icon that the user's theme has for such a file.
  drawn.iconPath = vscode.ThemeIcon.File
  drawn.resourceUri = vscode.Uri.from({ scheme: 'dataflow', path: `/${node.name}` })
  return drawn
}

function drawFile(node: NodeOf<'file'>): vscode.TreeItem {
  const rows = node.rows === null ? undefined : vscode.l10n.t('{0} rows', formatCount(node.rows))
  const deleted = node.deletedRows === 0 ? undefined : vscode.l10n.t('{0} deleted', formatCount(node.deletedRows))
  const facts = [rows, deleted, formatBytes(node.size)].filter(fact => fact !== undefined)
  return treeItem(node.path.split('/').at(-1) ?? node.path, {
    description: facts.join(' · '),
    tooltip: [node.path, vscode.l10n.t('Size: {0} bytes', formatCount(node.size)), rows, deleted].filter(Boolean).join('\n'),
    says: [vscode.l10n.t('File {0}', node.path), ...facts].join(', '),
  })
}

function drawNotice(node: NodeOf<'notice'>): vscode.TreeItem {
  const { parent, notice } = node
  if (notice.kind === 'empty') return treeItem(emptyText(parent), { says: emptyText(parent) })
  return notice.kind === 'cancelled' ? cancelledItem(commands.retryNode, node) : problemItem(notice.problem)
}

function emptyText(parent: CatalogNode): string {
  if (parent.kind === 'connection') return vscode.l10n.t('No buckets')
  return parent.kind === 'files' ? vscode.l10n.t('No files') : vscode.l10n.t('Empty')
}
