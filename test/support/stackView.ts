import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import * as vscode from 'vscode'
import type { Surfaces } from '../../src/extension.ts'

type StackTree = Surfaces['stack']

/** A service as the view shows it now; waits for one that is as `holds` says. */
export async function shownService(
  tree: StackTree,
  name: string,
  holds: (item: vscode.TreeItem) => boolean = () => true,
  withinMs = 30_000,
): Promise<vscode.TreeItem> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const item = await find(tree, name)
    if (item && holds(item)) return item
    if (Date.now() > deadline) assert.fail(`${name} is “${String(item?.description)}” (${String(item?.contextValue)}).`)
    await setTimeout(50)
  }
}

async function find(tree: StackTree, name: string): Promise<vscode.TreeItem | undefined> {
  for (const group of await tree.getChildren()) {
    const members = group.kind === 'group' ? await tree.getChildren(group) : [group]
    const node = members.find(member => member.kind === 'service' && member.service.name === name)
    if (node) return tree.getTreeItem(node)
  }
  return undefined
}

/** What a channel of ours has been given, by its name, from now on; VS Code gives a channel's text to nobody. */
export function recordChannels(): { readonly texts: ReadonlyMap<string, string>; restore(): void } {
  const texts = new Map<string, string>()
  const { createOutputChannel } = vscode.window
  const record = (name: string, options: string): vscode.OutputChannel => {
    const channel = createOutputChannel(name, options)
    texts.set(name, '')
    return Object.assign(Object.create(channel), {
      append: (text: string) => {
        texts.set(name, `${texts.get(name) ?? ''}${text}`)
        channel.append(text)
      },
      appendLine: (text: string) => {
        texts.set(name, `${texts.get(name) ?? ''}${text}\n`)
        channel.appendLine(text)
      },
      clear: () => {
        texts.set(name, '')
        channel.clear()
      },
    })
  }
  Object.assign(vscode.window, { createOutputChannel: record })
  return { texts, restore: () => void Object.assign(vscode.window, { createOutputChannel }) }
}

export interface AskedModal {
  readonly message: string
  readonly detail: string | undefined
  readonly buttons: readonly string[]
}

/** Answers the next modal questions with these buttons, `undefined` being Cancel, and tells what was asked. */
export function answerModals(...answers: readonly (string | undefined)[]): { readonly asked: readonly AskedModal[]; restore(): void } {
  const asked: AskedModal[] = []
  const { showWarningMessage } = vscode.window
  const answer = async (message: string, options: vscode.MessageOptions, ...buttons: readonly string[]): Promise<string | undefined> => {
    assert.equal(options.modal, true)
    asked.push({ message, detail: options.detail, buttons })
    return answers[asked.length - 1]
  }
  Object.assign(vscode.window, { showWarningMessage: answer })
  return { asked, restore: () => void Object.assign(vscode.window, { showWarningMessage }) }
}
