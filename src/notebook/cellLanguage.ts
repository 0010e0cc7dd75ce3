/** What a cell asks for. Offsets are UTF-16, in the cell's text. */
export type CellContent =
  | { readonly kind: 'sql'; readonly text: string; readonly offset: number }
  /** Nothing but white space. */
  | { readonly kind: 'empty' }
  /** A language that this kernel does not run. */
  | { readonly kind: 'other'; readonly languageId: string }

/** A magic line as Jupyter (`%%sql`) and Databricks (`%sql`) write it, up to where the SQL begins. */
const sqlMagic = /^\s*%%?sql(?=\s|$)[^\S\n]*\n?/

/** A cell of language `sql`, or one of any language that begins with `%%sql` or `%sql`, which is left out. */
export function readCell(text: string, languageId: string): CellContent {
  const magic = sqlMagic.exec(text)?.[0] ?? ''
  if (languageId !== 'sql' && magic === '') return text.trim() === '' ? { kind: 'empty' } : { kind: 'other', languageId }
  const sql = text.slice(magic.length)
  return sql.trim() === '' ? { kind: 'empty' } : { kind: 'sql', text: sql, offset: magic.length }
}
