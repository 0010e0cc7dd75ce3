import { visiblePieces } from './grid/visibleText.ts'

/** A text on one line, as text nodes; characters that show nothing of themselves or turn it around get a picture. */
export function Visible({ text }: { readonly text: string }) {
  return (
    <>
      {visiblePieces(text).map(piece =>
        piece.mark === undefined ? (
          piece.text
        ) : (
          <span class="dfl-mark" data-mark={piece.mark}>
            {piece.text}
          </span>
        ),
      )}
    </>
  )
}
