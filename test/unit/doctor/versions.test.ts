import assert from 'node:assert/strict'
import type { Facts } from '#doctor/facts.ts'
import { pinsIn } from '#doctor/gather/workspace.ts'
import { isAtLeast } from '#doctor/versions.ts'
import { factsOf, found } from '../../support/doctorFacts.ts'

const spark = (image: string, packages: string): string =>
  `services:\n  spark-connect: { image: "${image}", command: ["start-connect-server.sh", "--packages", "${packages}"] }\n`

const said = (facts: Facts): readonly string[] =>
  found(facts, 'versionsMismatch').map(
    ({ facts: { part, version, other, otherVersion, wanted } }) => `${part} ${version}, ${other} ${otherVersion}: ${wanted.join('/')}`,
  )

const withPins = (text: string, requirements: string): Facts =>
  factsOf(text, { host: { addresses: [], prefectApiUrl: null, pins: pinsIn(requirements, 'requirements.txt') } })

describe('the doctor on versions', () => {
  for (const [image, packages, expected] of [
    ['apache/spark:4.2.0-scala2.13-java17-python3-ubuntu', 'io.delta:delta-spark_4.2_2.13:4.4.0,org.apache.hadoop:hadoop-aws:3.5.0', []],
    ['apache/spark:3.5.5-scala2.12-java17-python3-ubuntu', 'org.apache.spark:spark-connect_2.12:3.5.5,io.delta:delta-spark_2.12:3.3.1', []],
    ['apache/spark:4.2.0', 'io.delta:delta-spark_2.13:4.0.0', ['Delta 4.0.0, Spark 4.2.0: 4.4']],
    ['apache/spark:4.2.0', 'io.delta:delta-spark_4.1_2.13:4.4.0', ['delta-spark_4.1_2.13 4.4.0, Spark 4.2.0: 4.2']],
    [
      'apache/spark:3.5.5-scala2.12-java17-ubuntu',
      'io.delta:delta-spark_2.13:3.3.1',
      ['Scala of delta-spark_2.13 2.13, Spark 3.5.5: 2.12'],
    ],
    [
      'apache/spark:4.0.1-scala2.13-java11-ubuntu',
      'org.apache.hadoop:hadoop-aws:3.3.4',
      ['Java 11, Spark 4.0.1: 17/21', 'hadoop-aws 3.3.4, Hadoop 3.4.1: 3.4.1'],
    ],
    ['apache/spark:4.0.1', 'org.apache.spark:spark-connect_2.13:4.1.0', ['spark-connect_2.13 4.1.0, Spark, spark-connect 4.0.1: 4.0']],
    ['apache/spark:9.9.9', 'io.delta:delta-spark_2.13:4.0.0', []],
  ] as const) {
    it(`says of ${image} with ${packages}: ${expected.join('; ') || 'nothing'}`, () =>
      assert.deepEqual(said(factsOf(spark(image, packages))), expected))
  }

  it('compares what the workspace asks for with its servers', () => {
    const text =
      'services:\n  spark-master: { image: "apache/spark:3.5.5" }\n  prefect: { image: "prefecthq/prefect:2-latest" }\n  mlflow: { image: "ghcr.io/mlflow/mlflow:v2.22.0" }\n'
    assert.deepEqual(said(withPins(text, 'pyspark==3.5.5\ndelta-spark==3.3.1\nmlflow==2.22.0\nprefect==2.20.0\n')), [])
    assert.deepEqual(said(withPins(text, 'pyspark==4.0.1\ndelta-spark==3.3.1\nmlflow==3.17.2\nprefect==3.4.1\n')), [
      'delta-spark 3.3.1, pyspark 4.0.1: 4.0/4.1/4.2/4.3/4.4',
      'prefect 3.4.1, Prefect, prefect 2-latest: 2',
      'pyspark 4.0.1, Spark, spark-master 3.5.5: 3.5',
      'mlflow 3.17.2, MLflow, mlflow 2.22.0: 2',
    ])
  })

  for (const [python, expected] of [
    ['3.12.4', []],
    ['3.9', ['Python 3.9, pyspark 4.2.0: 3.10 – 3.14']],
    ['3.15', ['Python 3.15, pyspark 4.2.0: 3.10 – 3.14']],
  ] as const) {
    it(`says of Python ${python} with pyspark 4.2: ${expected.join('') || 'nothing'}`, () => {
      const pins = [...pinsIn('pyspark==4.2.0', 'requirements.txt'), { name: 'python', version: python, place: '.python-version' }]
      assert.deepEqual(said({ engine: 'local', host: { addresses: [], prefectApiUrl: null, pins } }), expected)
    })
  }

  it('reads no version out of a tag that is none', () => {
    assert.deepEqual(said(withPins('services:\n  prefect: { image: "me/prefect:88daa6b1902e" }\n', 'prefect==3.8.8')), [])
  })

  it('believes a running server before the file', () => {
    const text = 'services:\n  prefect: { image: "prefecthq/prefect:2-latest" }\n'
    const servers = [{ service: 'prefect', role: 'prefect', skewMs: 0, version: '3.8.8', refusedHosts: [] }] as const
    assert.deepEqual(said({ ...withPins(text, 'prefect==3.4.1'), servers }), [])
  })

  it('reads exact versions of requirements and of pyproject.toml', () => {
    const text = 'PySpark == 4.2.0 ; python_version > "3.9"\n# mlflow==1\ndependencies = ["delta_spark[x]==4.4.0", "prefect>=3"]\n'
    assert.deepEqual(
      pinsIn(text, 'p').map(({ name, version, place }) => [name, version, place]),
      [
        ['pyspark', '4.2.0', 'p, line 1'],
        ['delta-spark', '4.4.0', 'p, line 3'],
      ],
    )
  })

  it('compares numbers, not texts', () => {
    assert.ok(isAtLeast('3.13.0', '3.5'))
    assert.ok(!isAtLeast('3.4.9', '3.5'))
    assert.ok(isAtLeast('v20.10.24+dfsg1', '20.10'))
    assert.ok(!isAtLeast('20', '20.10'))
  })
})
