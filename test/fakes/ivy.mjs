// Stands for `java -jar ivy.jar`: delivers, for each dependency of the module, a jar whose content is its name, or FAKE_IVY_CONTENT.
import { readFileSync, writeFileSync } from 'node:fs'

const after = option => process.argv[process.argv.indexOf(option) + 1]
for (const [, artifact, version] of readFileSync(after('-ivy'), 'utf8').matchAll(/name="([^"]+)" rev="([^"]+)"/g)) {
  const file = after('-retrieve').replace('[artifact]', artifact).replace('[revision]', version).replace('[ext]', 'jar')
  writeFileSync(file, process.env.FAKE_IVY_CONTENT ?? artifact)
  process.stdout.write(`\t[SUCCESSFUL ] ${artifact}\n`)
}
if (process.env.FAKE_IVY_FAILS) {
  process.stdout.write('\t:: org.example#a;1: not found\n')
  process.exitCode = 1
}
