"""Packages of the functions and the layer, built for this machine by the recipe that ``sam build`` uses.

Comes in: the folders of the checkout. Goes out: a folder and a deterministic zip for each template resource.
Changes: the destination folder.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from newsdesk_cli.errors import CommandError
from newsdesk_cli.paths import RECIPE, ROOT

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time that a zip can hold


class BuildError(CommandError):
    """A package cannot be built; the text is the output of the recipe."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a package is built for.

    Attributes
    ----------
    platform : str
        A value of ``uv pip install --python-platform``.
    python : str
        A version such as ``3.11``.
    """

    platform: str
    python: str

    @staticmethod
    def this_machine() -> Target:
        """Return the target that this interpreter can import."""
        system = "manylinux_2_28" if sys.platform == "linux" else "apple-darwin"
        machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine())
        return Target(f"{machine}-{system}", f"{sys.version_info.major}.{sys.version_info.minor}")


@dataclass(frozen=True, slots=True)
class Package:
    """A built resource: the folder, and a zip of it."""

    resource: str
    folder: Path
    archive: Path


def build_package(resource: str, source: Path, destination: Path, target: Target) -> Package:
    """Build one resource by the Makefile of its folder, unless neither has changed since the last build.

    Raises
    ------
    BuildError
        If the recipe fails.
    """
    folder = destination / resource
    package = Package(resource, folder, destination / f"{resource}.zip")
    stamp = destination / f"{resource}.built"
    fingerprint = f"{target} {_fingerprint(source, RECIPE)}"
    if folder.is_dir() and package.archive.is_file() and stamp.is_file() and stamp.read_text() == fingerprint:
        return package
    stamp.unlink(missing_ok=True)
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    folder.mkdir(parents=True)
    uv = Path(sys.executable).with_name("uv")
    command = [
        "make", "--silent", "-C", str(source), f"build-{resource}", f"ARTIFACTS_DIR={folder}",
        f"PLATFORM={target.platform}", f"PYTHON={target.python}", f"UV={uv}",
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise BuildError(f"{resource}: {done.stdout}{done.stderr}")
    sys.stderr.write(done.stdout)  # what the recipe leaves out, such as byte code
    package.archive.write_bytes(zip_folder(folder))
    stamp.write_text(fingerprint)
    return package


def zip_folder(folder: Path) -> bytes:
    """Return a zip of a folder; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
                entry.external_attr = (path.stat().st_mode & 0o777) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def source_folder(uri: str) -> Path:
    """Return the folder that a template's ``CodeUri`` or ``ContentUri`` names."""
    return ROOT / uri


def _fingerprint(source: Path, recipe: Path) -> str:
    digest = hashlib.sha256(recipe.read_bytes())
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(source)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
