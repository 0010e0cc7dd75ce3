import { unreachable } from '#base/unreachable.ts'
import type { Role } from '#compose/roles.ts'
import type { YamlValue } from '#doctor/change.ts'

/** A health check for a service of a role by what its images have inside; undefined where nothing is sure to be there. */
export function healthcheckFor(role: Role, port: number): { readonly [key: string]: YamlValue } | undefined {
  const test = testFor(role, port)
  return test && { test, interval: '3s', timeout: '5s', retries: 60 }
}

function testFor(role: Role, port: number): readonly string[] | undefined {
  switch (role) {
    case 's3':
      // Any answer to an unsigned request will do, also a refusal: so it holds for every engine.
      return ['CMD', 'curl', '--silent', '--output', '/dev/null', '--max-time', '3', `http://127.0.0.1:${port}/`]
    case 'spark-master':
    case 'spark-worker':
    case 'spark-connect':
      // By the container's own name, since a master listens on that address alone.
      return ['CMD', 'bash', '-c', `exec 3<>/dev/tcp/$$HOSTNAME/${port}`]
    case 'mlflow':
      return python(`http://127.0.0.1:${port}/health`)
    case 'prefect':
      return python(`http://127.0.0.1:${port}/api/health`)
    case 'streamlit':
      return python(`http://127.0.0.1:${port}/_stcore/health`)
    case 'jupyter':
      return python(`http://127.0.0.1:${port}/api`)
    case 'nginx':
      return undefined
    default:
      return unreachable(role)
  }
}

function python(url: string): readonly string[] {
  return ['CMD', 'python3', '-c', `import urllib.request as u; u.urlopen('${url}', timeout=3)`]
}
