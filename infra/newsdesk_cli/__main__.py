"""Entry of ``newsdesk``: puts the checkout's packages on the path and runs the command line.

Comes in: arguments. Goes out: an exit code. Changes: ``sys.path`` of this process alone; nothing is put into the
environment, where the local stack's function workers would inherit it.
"""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(_ROOT / "infra")
sys.path[1:1] = [str(_ROOT / "shared"), *(str(folder) for folder in sorted((_ROOT / "functions").iterdir()))]


def run() -> int:
    """Run the command line, which can be imported now that it is on the path."""
    from newsdesk_cli.app import main

    return main()


sys.exit(run())
