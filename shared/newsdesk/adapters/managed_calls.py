"""One call of a managed service, with every way to fail made one.

Comes in: a call through botocore. Goes out: what it returns, or :class:`newsdesk.managed.ManagedServiceError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from newsdesk.managed import ManagedServiceError

_TIMEOUT_CODES = frozenset({"ModelTimeoutException", "RequestTimeout", "RequestTimeoutException"})


@contextmanager
def managed_call() -> Iterator[None]:
    """Turn what a call and the reading of its answer may raise into one error; its detail holds none of the text."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        raise ManagedServiceError(f"answered {code}", timed_out=code in _TIMEOUT_CODES) from error
    except (ReadTimeoutError, ConnectTimeoutError) as error:
        raise ManagedServiceError("did not answer in time", timed_out=True) from error
    except BotoCoreError as error:
        raise ManagedServiceError(f"was not reached: {type(error).__name__}") from error
    except (ResponseParserError, LookupError, TypeError, ValueError) as error:
        raise ManagedServiceError(f"answered what cannot be read: {type(error).__name__}") from error
