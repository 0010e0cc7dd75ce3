import { MemoryStore } from '../../fakes/memoryStore.ts'
import { objectStoreContract } from '../../support/objectStoreContract.ts'

describe('MemoryStore, the fake', () => {
  objectStoreContract(async () => {
    const store = new MemoryStore()
    store.modified = Date.now()
    return { store, end: () => Promise.resolve(), order: 'utf8' }
  })
})
