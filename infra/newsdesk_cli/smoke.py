"""Imports every function's handler from nothing but its own package and the layer.

Comes in: the template and the checkout. Goes out: an exit code, and a line per function. Changes: builds the packages
for this machine in ``.newsdesk-packages/``. The local stack's workers also see the packages of this environment, so a
dependency that is missing from a package would go unnoticed there.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from newsdesk_cli.packages import Target, build_package, source_folder
from newsdesk_cli.paths import PACKAGES_FOLDER, TEMPLATE
from newsdesk_cli.templates import load_template, packaged_resources

_IMPORT = """
import sys, time
package, layer, handler, *modules = sys.argv[1:]
sys.path[:0] = [package, layer]
assert not any("site-packages" in path for path in sys.path), sys.path
module, _, name = handler.rpartition(".")
started = time.perf_counter()
function = getattr(__import__(module, fromlist=[name]), name)
assert callable(function)
for name in modules:
    __import__(name)
outside = [
    f"{loaded.__name__} from {loaded.__file__}"
    for loaded in list(sys.modules.values())
    if getattr(loaded, "__file__", None)
    and "site-packages" in loaded.__file__
]
assert not outside, outside
print(f"{handler:40} imported in {time.perf_counter() - started:.2f} s")
"""


LOADED_LATER = {
    "ExtractFunction": ("extractor.reading.full", "extractor.reading.plain", "babel.dates", "dateparser", "htmldate")
}
"""What a function loads after its handler: extract's child, and what the build keeps of a trimmed library."""

LARGEST_MEGABYTES = {"ExtractFunction": 12.0}
"""Limits of the zipped packages, which a cold start has to load."""


def import_handlers() -> int:
    """Build and import every function; return how many failed, or are too large."""
    template = load_template(TEMPLATE)
    target = Target.this_machine()
    destination = PACKAGES_FOLDER
    packages = {
        logical_id: build_package(logical_id, source_folder(properties[uri]), destination, target)
        for logical_id, uri, properties in packaged_resources(template)
    }
    folders = {logical_id: package.folder for logical_id, package in packages.items()}
    failed = 0
    for logical_id, largest in LARGEST_MEGABYTES.items():
        size = packages[logical_id].archive.stat().st_size / 1e6
        failed += size > largest
        print(f"{logical_id:40} {size:.1f} MB zipped, at most {largest:.0f}")
    for logical_id, uri, properties in packaged_resources(template):
        if uri != "CodeUri":
            continue
        # -I -S: no site-packages, no environment, no current folder
        arguments = [
            str(folders[logical_id]),
            str(folders["SharedLayer"] / "python"),
            properties["Handler"],
            *LOADED_LATER.get(logical_id, ()),
        ]
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _IMPORT, *arguments], capture_output=True, text=True, check=False
        )
        failed += done.returncode != 0
        print(done.stdout.strip() or f"{logical_id} FAILED\n{done.stderr}")
    return failed


if __name__ == "__main__":
    sys.exit(1 if import_handlers() else 0)
