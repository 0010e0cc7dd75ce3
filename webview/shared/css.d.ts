/** Styles as text, in the renderer; a page only imports them for their effect. */
declare module '*.css' {
  const text: string
  // oxlint-disable-next-line import/no-default-export
  export default text
}
