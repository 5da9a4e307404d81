"""Build the folder that installs a license server on a machine without any network.

The house is one wheel; of its dependencies only those come along that the license server needs,
in the versions and with the hashes of `requirements/run.lock`.
"""

import argparse
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / ".ci" / "offline"
TABLES = ROOT / "region_routing" / "tables"
# What license_server, license_certificates, region_routing and codes import, and tzdata, which
# the tables' time zones need where the system has none.
NEEDED = (
    "argon2-cffi",
    "babel",
    "cheroot",
    "click",
    "cryptography",
    "flask",
    "phonenumbers",
    "requests",
    "segno",
    "tzdata",
)
WINDOWS = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+).*$")


def main() -> int:
    """Build it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="made anew")
    parser.add_argument("--platform", help="another system's, as pip names it: win_amd64")
    parser.add_argument("--python-version", help="another Python's, such as 3.12")
    parser.add_argument("--numbers-key", type=Path, help="private key that signs the numbers")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="offline-") as scratch:
        made = Path(scratch, "offline")
        build(made, words)
        shutil.rmtree(words.folder, ignore_errors=True)
        words.folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, words.folder)
    size = sum(path.stat().st_size for path in words.folder.rglob("*") if path.is_file())
    print(f"{words.folder}: {size / 1_000_000:.1f} MB. Its README.txt says how to install.")
    return 0


def build(made: Path, words: argparse.Namespace) -> None:
    """Put everything into an empty folder."""
    wheels = made / "wheels"
    wheels.mkdir(parents=True)
    lock = (ROOT / "requirements" / "run.lock").read_text("utf-8")
    wanted = "".join(pins(lock, closure(NEEDED, is_windows=is_windows(words.platform))))
    (made / "requirements.txt").write_text(wanted, "utf-8")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
    (own,) = wheels.glob("*.whl")
    target = []
    if words.platform:
        target += ["--platform", words.platform]
    if words.python_version:
        target += ["--python-version", words.python_version]
    into = ["download", "--no-deps", "--only-binary", ":all:", "--dest", str(wheels), *target]
    pip(*into, "--require-hashes", "--requirement", str(made / "requirements.txt"))
    pip(*into, f"pip=={metadata.version('pip')}")
    name, version = own.name.split("-")[:2]
    with (made / "requirements.txt").open("a", encoding="utf-8") as file:
        file.write(f"{name.replace('_', '-')}=={version} --hash=sha256:{digest(own)}\n")
    for template in TEMPLATES.iterdir():
        shutil.copy(template, made)
    shutil.copytree(TABLES, made / "numbers")
    if words.numbers_key:
        sign(made, words.numbers_key)
    fetched = words.platform or f"{platform.system()} {platform.machine()}"
    python = words.python_version or ".".join(platform.python_version_tuple()[:2])
    (made / "platform.txt").write_text(f"{fetched}, Python {python}\n", "utf-8")
    files = sorted(path for path in made.rglob("*") if path.is_file())
    sums = [f"{digest(path)}  {path.relative_to(made).as_posix()}\n" for path in files]
    (made / "SHA256SUMS").write_text("".join(sums), "utf-8")


def closure(roots: tuple[str, ...], *, is_windows: bool) -> set[str]:
    """Name the packages that the roots need, themselves included, by what is installed here."""
    environment = WINDOWS if is_windows else {}
    found: set[str] = set()
    waiting = [str(canonicalize_name(name)) for name in roots]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # one that only another system needs
        for text in requires:
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({**environment, "extra": ""}):
                waiting.append(str(canonicalize_name(need.name)))
    return found


def pins(lock: str, names: set[str]) -> list[str]:
    """Take the entries of these packages out of the lock file, without their markers."""
    entries: list[str] = []
    left = set(names)
    for entry in re.split(r"\n(?=\S)", lock):
        head, _, hashes = entry.rstrip("\n").partition("\n")
        found = PINNED.match(head)
        name = str(canonicalize_name(found[1])) if found else ""
        if found and name in left:
            left.remove(name)
            entries.append(f"{found[1]}=={found[2]} \\\n{hashes}\n")
    if left:
        raise SystemExit(f"requirements/run.lock lacks {', '.join(sorted(left))}: run make lock.")
    return entries


def sign(made: Path, key: Path) -> None:
    """Sign the tables, and lay the public key beside them."""
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 -- only to sign
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 -- as above
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    private = load_pem_private_key(key.read_bytes(), None)
    if not isinstance(private, ed25519.Ed25519PrivateKey):
        raise SystemExit(f"{key} holds no Ed25519 key: make one by numbers make-key.")
    program = Path(sys.executable).with_name("activation-line")
    archive = made / "numbers.zip"
    subprocess.run([program, "numbers", "sign", archive, "--key", key], check=True)
    shutil.unpack_archive(archive, made / "numbers")
    archive.unlink()
    (made / "numbers-key.pem").write_bytes(
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )


def is_windows(name: str | None) -> bool:
    """Tell whether the folder is for Windows."""
    return name.startswith("win") if name else sys.platform == "win32"


def pip(*words: str) -> None:
    """Run this environment's pip; what it says is shown where it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}pip {words[0]} failed; see above.")


def digest(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
