import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '#process/run.ts'
import { installOnce, type InstallContext } from './install.ts'
import { installFailure } from './installFailure.ts'

const name = 'jdk.incubator.vector'

/** A jar without a class is a module when its manifest names one. */
const program = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as jar:
    jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\\r\\nAutomatic-Module-Name: ${name}\\r\\n")
`

/**
 * A folder for Java's module path with an empty module named like one that Spark asks for in every executor and that the JRE of
 * the stack leaves out; without it executors would not start. Spark does without its classes.
 */
export async function ensureVectorModule(python: string, context: InstallContext, signal: AbortSignal): Promise<string> {
  const make = async (temporary: string): Promise<void> => {
    const args = ['-I', '-c', program, join(temporary, `${name}.jar`)]
    const { exitCode, lines } = await runCommand({ command: python, args, env: context.env }, signal)
    if (exitCode !== 0) throw installFailure('a module for Spark', lines)
  }
  await mkdir(join(context.cache, 'jars'), { recursive: true })
  return installOnce(vectorModuleFolder(context.cache), { ...context, make }, signal)
}

export function vectorModuleFolder(cache: string): string {
  return join(cache, 'jars', 'vector-module-1')
}
