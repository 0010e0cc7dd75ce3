"""Downloads the jars of a list of `group:artifact:version sha256` lines with the Ivy that is part of Spark.

    python3 fetch_jars.py jars.txt FOLDER

MAVEN_REPOSITORY names another repository than the one Ivy knows.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
from xml.sax.saxutils import quoteattr

IVY = next(pathlib.Path(os.environ.get("SPARK_HOME", "/opt/spark"), "jars").glob("ivy-*.jar"), None)


def settings(repository: str) -> str:
    """An Ivy settings file for one Maven repository."""
    return f"""<ivysettings>
  <settings defaultResolver="maven"/>
  <resolvers>
    <ibiblio name="maven" m2compatible="true" checksums="" root={quoteattr(repository)}/>
  </resolvers>
</ivysettings>
"""


def module(coordinates: list[list[str]]) -> str:
    """An Ivy module of exactly these jars: what they need in turn is in the list."""
    dependencies = "\n".join(
        f"<dependency org={quoteattr(group)} name={quoteattr(artifact)} rev={quoteattr(version)}"
        ' transitive="false" conf="default->master(default)"/>'
        for group, artifact, version in coordinates
    )
    return f"""<ivy-module version="2.0">
  <info organisation="dataflow-lab" module="jars"/>
  <configurations><conf name="default"/></configurations>
  <dependencies>{dependencies}</dependencies>
</ivy-module>
"""


def fetch(coordinates: list[list[str]], work: pathlib.Path) -> None:
    """Puts the jars below work/jars."""
    (work / "ivy.xml").write_text(module(coordinates))
    command = ["java", "-jar", str(IVY), "-ivy", "ivy.xml", "-confs", "default", "-cache", "cache"]
    repository = os.environ.get("MAVEN_REPOSITORY")
    if repository:
        (work / "settings.xml").write_text(settings(repository))
        command += ["-settings", "settings.xml"]
    command += ["-retrieve", "jars/[artifact]-[revision].[ext]"]
    done = subprocess.run(command, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stdout[-4000:]}\nThe jars could not be downloaded.")


def main(jars: str, folder: str) -> None:
    if IVY is None:
        sys.exit("There is no Ivy in the jars of Spark: is SPARK_HOME right?")
    wanted = [line.split() for line in pathlib.Path(jars).read_text().splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        fetch([jar.split(":") for jar, _ in wanted], work)
        contents = {}
        for jar, sha256 in wanted:
            _, artifact, version = jar.split(":")
            contents[f"{artifact}-{version}.jar"] = content = (work / "jars" / f"{artifact}-{version}.jar").read_bytes()
            found = hashlib.sha256(content).hexdigest()
            if found != sha256:
                sys.exit(f"{jar} has sha256 {found}, not {sha256}.")
    for jar, content in contents.items():
        pathlib.Path(folder, jar).write_bytes(content)
    print(f"{len(contents)} jars")


if __name__ == "__main__":
    main(*sys.argv[1:])
