import assert from 'node:assert/strict'
import { activeServices, groupOf, roleOf } from '#compose/roles.ts'
import { projectOf } from '../../support/composeFiles.ts'

describe('the role of a service', () => {
  it('is what the label says, else the name where it is a role', () => {
    assert.equal(roleOf({ name: 'minio', labels: { 'dataflow.role': 's3' } }), 's3')
    assert.equal(roleOf({ name: 'mlflow', labels: {} }), 'mlflow')
    assert.equal(roleOf({ name: 'mlflow', labels: { 'dataflow.role': 'none' } }), undefined)
    assert.equal(roleOf({ name: 'db', labels: {} }), undefined)
  })
})

describe('the services of active profiles', () => {
  const text = `services:
  a: {image: x, profiles: [one, two]}
  b: {image: x, profiles: [two]}
  c: {image: x}
`
  const active = (profiles: string): string =>
    activeServices(projectOf(text, { env: { COMPOSE_PROFILES: profiles } }))
      .map(({ name }) => name)
      .join('')

  it('are those of COMPOSE_PROFILES and those without a profile', () => {
    assert.deepEqual([active(''), active('one'), active(' two ,'), active('*'), active('three')], ['c', 'ac', 'abc', 'abc', 'c'])
  })

  it('belong to the group of their first profile', () => {
    assert.deepEqual(projectOf(text).services.map(groupOf), ['one', 'two', undefined])
  })

  it('may come from .env', () => {
    assert.deepEqual(projectOf(text, { envText: 'COMPOSE_PROFILES=one,two' }).activeProfiles, ['one', 'two'])
  })
})
