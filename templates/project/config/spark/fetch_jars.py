"""Downloads the jars of a list of `group:artifact:version sha256` lines into a folder.

    python3 fetch_jars.py jars.txt FOLDER

MAVEN_REPOSITORY names another repository than Maven Central.
"""

import hashlib
import os
import pathlib
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

REPOSITORY = os.environ.get("MAVEN_REPOSITORY", "https://repo1.maven.org/maven2").rstrip("/")
TRIES = 3


def fetch(line: str, folder: pathlib.Path) -> None:
    coordinates, wanted = line.split()
    group, artifact, version = coordinates.split(":")
    name = f"{artifact}-{version}.jar"
    url = f"{REPOSITORY}/{group.replace('.', '/')}/{artifact}/{version}/{name}"
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                jar = response.read()
            break
        except OSError as error:
            if left == 0:
                sys.exit(f"Cannot download {url}: {error}")
    found = hashlib.sha256(jar).hexdigest()
    if found != wanted:
        sys.exit(f"{url} has sha256 {found}, not {wanted}.")
    (folder / name).write_bytes(jar)


def main(jars: str, folder: str) -> None:
    lines = [line for line in pathlib.Path(jars).read_text().splitlines() if line.strip()]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda line: fetch(line, pathlib.Path(folder)), lines))
    print(f"{len(lines)} jars")


if __name__ == "__main__":
    main(*sys.argv[1:])
