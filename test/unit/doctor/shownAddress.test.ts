import assert from 'node:assert/strict'
import { shownAddress } from '#doctor/shownAddress.ts'

describe('an address as the doctor shows it', () => {
  for (const [text, shown] of [
    ['http://minio:9000', 'http://minio:9000'],
    ['http://[::1]:9000/a/b', 'http://[::1]:9000/a/b'],
    ['http://ana:p@ss@localhost:9000/x', 'http://localhost:9000/x'],
    ['http://ana:p/w@localhost:9000', 'http://…'],
    ['http://ana:p w@localhost:9000', 'http://…'],
    ['http://ana:p#w@localhost:9000', 'http://…'],
    ['sc://spark:15002/;token=abc', 'sc://spark:15002/'],
    ['sc://spark:15002/;token=a@b', 'sc://spark:15002/'],
    ['jdbc:postgresql://localhost:5432/db?user=u&password=p', 'postgresql://localhost:5432/db'],
    ['password=p host=localhost:5432', 'localhost:5432'],
    ['--header=secret http://localhost:80', 'http://localhost:80'],
    ['secret', '…'],
  ] as const) {
    it(`is ${shown} for ${text}`, () => {
      assert.equal(shownAddress(text), shown)
    })
  }
})
