import assert from 'node:assert/strict'
import { findPlaces, stackFolder } from '#runtime/places.ts'

describe('the places of a user', () => {
  it('are the usual ones of each platform', () => {
    assert.deepEqual(
      [
        findPlaces({}, 'linux', '/home/ana'),
        findPlaces({ XDG_CACHE_HOME: '/c', XDG_DATA_HOME: '/d' }, 'linux', '/home/ana'),
        findPlaces({}, 'darwin', '/Users/ana'),
        findPlaces({ LOCALAPPDATA: 'C:\\Local' }, 'win32', 'C:\\Users\\ana'),
      ],
      [
        { cache: '/home/ana/.cache/dataflow-lab', data: '/home/ana/.local/share/dataflow-lab' },
        { cache: '/c/dataflow-lab', data: '/d/dataflow-lab' },
        { cache: '/Users/ana/Library/Caches/dataflow-lab', data: '/Users/ana/Library/Application Support/dataflow-lab' },
        { cache: 'C:\\Local\\DataFlow Lab\\Cache', data: 'C:\\Local\\DataFlow Lab\\Data' },
      ],
    )
  })

  it('all move with DATAFLOW_HOME, the cache alone with DATAFLOW_CACHE', () => {
    assert.deepEqual(findPlaces({ DATAFLOW_HOME: '/x' }, 'linux', '/home/ana'), { cache: '/x/cache', data: '/x/data' })
    assert.deepEqual(findPlaces({ DATAFLOW_HOME: '/x', DATAFLOW_CACHE: '/y' }, 'linux', '/home/ana'), { cache: '/y', data: '/x/data' })
  })

  it('hold one stack for each project folder', () => {
    const places = { cache: '/x/cache', data: '/x/data' }
    const [a, same, b] = ['/p/a', '/p/b/../a/', '/p/b'].map(folder => stackFolder(places, folder, 'linux'))
    assert.match(a ?? '', /^\/x\/data\/stacks\/[0-9a-f]{16}$/)
    assert.equal(a, same)
    assert.notEqual(a, b)
  })
})
