"""Install what the tests need beyond Python packages, where it is missing and may be installed.

Needs: Chromium for the browser tests, PostgreSQL for the store's, nginx for the proxy's, openssl,
and `ip` for cables between network namespaces. Where installing is not possible the tests that want
them are left out, and this says which; with CI=true that is an error instead.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NEEDS = {
    "chromium": ("chromium", "tests/browser"),
    "postgresql": ("postgresql", "the tests that run on PostgreSQL as well as on SQLite"),
    "nginx": ("nginx-light", "the tests of the proxy settings in deploy/"),
    "openssl": ("openssl", "the tests that ask openssl about certificates"),
    "ip": ("iproute2", "the test of the automatic method between machines"),
}


def present(need: str) -> bool:
    """Whether the machine has it already."""
    if need == "postgresql":
        return bool(list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))) or bool(
            shutil.which("initdb")
        )
    # A server's program is where only the administrator looks.
    return bool(shutil.which(need, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"))


def install(packages: list[str]) -> None:
    """Ask the distribution for packages, one by one: what one lacks must not cost the others."""
    if not shutil.which("apt-get"):
        return
    become = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            return
        # Without -n it would ask for a password, which nobody may be there to type.
        become = ["sudo", "-n"]
    print(f"Installing {', '.join(packages)} for the tests ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["install", "-y", "--no-install-recommends"]
    for arguments in (["update"], *([*options, package] for package in packages)):
        subprocess.run(
            [*become, "apt-get", "-qq", *arguments],
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def main() -> int:
    """Install what is missing; say what the tests will leave out."""
    missing = [need for need in NEEDS if not present(need)]
    if missing:
        install([NEEDS[need][0] for need in missing])
    missing = [need for need in NEEDS if not present(need)]
    for need in missing:
        print(f"No {need} here, and it could not be installed: left out are {NEEDS[need][1]}.")
    return 1 if missing and os.environ.get("CI", "").lower() == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
