"""Where the files of a checkout are.

Comes in: nothing. Goes out: paths.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
RECIPE = ROOT / "functions" / "function.mk"
"""How a function or the layer becomes a package."""

STATE_FOLDER = Path(os.environ.get("NEWSDESK_HOME") or ROOT / ".newsdesk")
"""What the local stack keeps between commands: its address, its certificate, its data. ``NEWSDESK_HOME`` moves it."""

PACKAGES_FOLDER = ROOT / ".newsdesk-packages"
"""The functions as built for this machine; made from the checkout alone, so every local stack shares them."""

PAGES_FOLDER = ROOT / "tests" / "pages"
"""The page cases."""
