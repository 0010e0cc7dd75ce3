import type { SchemaElement } from 'hyparquet'
import { decimalText } from '#arrow/decimal.ts'
import { floorDiv } from '#base/floorDiv.ts'
import { dateText, timestampText, timeText } from '#arrow/time.ts'
import { base64, numberText } from '#arrow/variant.ts'
import { LakehouseError } from '#base/errors.ts'
import { ByteColumn, type LeafValues } from '#parquet/leaf.ts'
import { annotationOf } from '#parquet/parquetTree.ts'

/** The values of a shredded leaf as JSON text. @throws Error for a type that shredding does not allow */
export function typedText(values: LeafValues, element: SchemaElement): (at: number) => string {
  if (annotationOf(element) === 'DECIMAL') return decimalTexts(values, element)
  if (values instanceof ByteColumn) return byteTexts(values, element)
  if (values instanceof Float32Array || values instanceof Float64Array) return at => numberText(values[at] ?? 0)
  if (values instanceof Uint8Array) return at => (values[at] === 1 ? 'true' : 'false')
  if (values instanceof Int32Array) {
    return annotationOf(element) === 'DATE' ? at => `"${dateText(values[at] ?? 0)}"` : at => String(values[at])
  }
  return longTexts(values, element)
}

function longTexts(values: BigInt64Array, { logical_type: logical, converted_type: converted }: SchemaElement): (at: number) => string {
  if (logical?.type === 'TIME') return at => `"${timeText(values[at] ?? 0n)}"`
  if (logical?.type !== 'TIMESTAMP' && !converted?.startsWith('TIMESTAMP')) return at => String(values[at])
  const zone = logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC ? '' : 'Z'
  const nanos = logical?.type === 'TIMESTAMP' && logical.unit === 'NANOS'
  return at => `"${timestampText(nanos ? floorDiv(values[at] ?? 0n, 1000n) : (values[at] ?? 0n))}${zone}"`
}

function byteTexts(values: ByteColumn, element: SchemaElement): (at: number) => string {
  const annotation = annotationOf(element)
  if (annotation === 'STRING' || annotation === 'UTF8') return at => JSON.stringify(new TextDecoder().decode(values.at(at)))
  if (annotation === 'UUID') {
    return at =>
      `"${Buffer.from(values.at(at))
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}"`
  }
  return at => `"${base64(values.at(at))}"`
}

function decimalTexts(values: LeafValues, { logical_type: logical, scale }: SchemaElement): (at: number) => string {
  const digits = (logical?.type === 'DECIMAL' ? logical.scale : scale) ?? 0
  if (values instanceof ByteColumn) {
    return at =>
      decimalText(BigInt.asIntN(values.at(at).byteLength * 8, BigInt(`0x${Buffer.from(values.at(at)).toString('hex') || '0'}`)), digits)
  }
  if (values instanceof Int32Array || values instanceof BigInt64Array) return at => decimalText(BigInt(values[at] ?? 0), digits)
  throw new LakehouseError('corrupt', 'A variant cannot be read: a decimal in it is no integer.')
}
