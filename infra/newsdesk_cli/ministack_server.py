"""Runs MiniStack in this process.

Comes in: MiniStack's environment variables. Goes out: its exit code. Changes: what MiniStack stores.
"""

from __future__ import annotations

import asyncio.constants
import runpy

# MiniStack saves its state only once every TLS connection is closed, and waits half a minute for those that clients
# and workers keep alive; that is longer than anybody waits for `newsdesk down`.
asyncio.constants.SSL_SHUTDOWN_TIMEOUT = 0.5

runpy.run_module("ministack", run_name="__main__", alter_sys=True)
