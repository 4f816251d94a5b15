"""How large the packages are, as they are deployed: for python3.13 on arm64, zipped, and unpacked.

Comes in: the checkout. Goes out: a table. Changes: builds the packages in a temporary folder.

    .venv/bin/python benchmarks/packages.py
"""

from __future__ import annotations

import io
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "infra"), str(ROOT / "shared")]

from newsdesk_cli.packages import Target, build_package, source_folder
from newsdesk_cli.templates import load_template, packaged_resources

DEPLOYED = Target("aarch64-manylinux_2_28", "3.13")


def main() -> None:
    """Print the table."""
    print(f"{'package':24}{'zipped MB':>10}{'unpacked MB':>13}   largest parts, MB")
    with tempfile.TemporaryDirectory() as destination:
        for logical_id, uri, properties in packaged_resources(load_template(ROOT / "template.yaml")):
            folder = build_package(logical_id, source_folder(properties[uri]), Path(destination), DEPLOYED).folder
            files = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
            parts: dict[str, int] = {}
            for path, size in files.items():
                name = next(part for part in path.relative_to(folder).parts if part != "python")
                parts[name] = parts.get(name, 0) + size
            largest = sorted(parts.items(), key=lambda part: -part[1])[:4]
            names = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in largest)
            print(f"{logical_id:24}{_zipped(folder) / 1e6:10.1f}{sum(files.values()) / 1e6:13.1f}   {names}")


def _zipped(folder: Path) -> int:
    """Return the size of a zip of a folder as ``sam package`` makes it: deflated at zlib's default level."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return len(buffer.getvalue())


if __name__ == "__main__":
    main()
