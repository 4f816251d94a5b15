"""Serves the desk on a loopback address until it is interrupted.

Comes in: a stack, a port. Goes out: nothing. Changes: opens a socket that this machine alone can reach.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from newsdesk_cli.desk.application import desk_of
from newsdesk_cli.desk.catalogue import FullTextSearch
from newsdesk_cli.errors import CommandError
from newsdesk_cli.stack import Stack

_ADDRESS = "127.0.0.1"
_SECONDS_TO_END = 3


def serve(stack: Stack, port: int, announce: Callable[[str], None], search: FullTextSearch | None = None) -> None:
    """Serve the desk of a stack.

    Parameters
    ----------
    port : int
        Where; 0 for any port that is free.
    announce : callable
        Called with the address once somebody can connect.

    Raises
    ------
    CommandError
        If the port is taken.
    """
    with _listening(port) as listener:
        bound = listener.getsockname()[1]
        hosts = [f"{name}:{bound}" for name in (_ADDRESS, "localhost")]
        server = uvicorn.Server(
            uvicorn.Config(
                desk_of(stack, hosts, search),
                log_level="warning",
                access_log=False,
                server_header=False,
                ws="none",
                timeout_graceful_shutdown=_SECONDS_TO_END,
            )
        )
        announce(f"http://{_ADDRESS}:{bound}/")
        with suppress(KeyboardInterrupt):  # which is how it ends
            server.run(sockets=[listener])


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_ADDRESS, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise CommandError(f"port {port} is taken; choose another with --port, or 0 for any") from error
    return listener
