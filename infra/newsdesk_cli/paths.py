"""Where things lie in a checkout.

Comes in: nothing. Goes out: paths. Changes nothing.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
STATE_FOLDER = ROOT / ".newsdesk"
"""What the local stack keeps between commands: its address, its certificate, its data, its packages."""

IMPORT_PATHS = (ROOT / "infra", ROOT / "shared", *(sorted((ROOT / "functions").iterdir())))
"""What has to be on ``sys.path`` for the command line."""
