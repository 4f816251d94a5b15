"""What every hostile case is held to: nothing inside is dialled.

Changes: replaces ``socket.connect`` for each test, and installs the egress guard into the process for good.
"""

from __future__ import annotations

import pytest

from newsdesk.web.transport import egress_guard


@pytest.fixture(autouse=True)
def _nothing_inside_is_dialled(dialled: list[str]) -> None:
    """Watch the sockets of every test here, with the egress guard in place as in the deployed function."""
    egress_guard.install()
