/** A text as one word of a shell, for people to paste; PowerShell takes it too where it holds no single quote. */
export function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
