"""Asks ``pip-audit`` for known vulnerabilities, and says so where it could not find out.

Comes in: the path of ``pip-audit``, and requirements files with hashes. Goes out: a line for each vulnerability; exit
code 1 if there is one, 3 if the data of some packages could not be reached. Run as a script.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

EXIT_VULNERABLE = 1
EXIT_UNKNOWN = 3


def main(program: str, requirements: list[str]) -> int:
    """Audit the packages of these files together and return the exit code."""
    arguments = [f"--requirement={path}" for path in requirements]
    command = [program, "--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        reason = (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        sys.stdout.write(f"not audited: {reason}\n")
        return EXIT_UNKNOWN
    unknown = sorted(package["name"] for package in packages if "skip_reason" in package)
    found = [(package, entry) for package in packages for entry in package.get("vulns", [])]
    for package, entry in found:
        fixed = ", ".join(entry["fix_versions"]) or "no version"
        sys.stdout.write(f"{package['name']} {package['version']}: {entry['id']}, fixed in {fixed}\n")
    sys.stdout.write(
        f"{len(packages) - len(unknown)} of {len(packages)} packages audited, {len(found)} vulnerabilities\n"
    )
    if unknown:
        sys.stdout.write(f"not audited, because their data could not be reached: {', '.join(unknown)}\n")
    if found:
        return EXIT_VULNERABLE
    return EXIT_UNKNOWN if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
