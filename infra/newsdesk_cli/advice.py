"""What helps against errors that are no fault of the command: one line each.

Comes in: an error. Goes out: a sentence that says what to do.
"""

from __future__ import annotations

import errno
import sqlite3

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.exceptions import (
    ConnectionError as UnreachableError,
)

_FULL = "the disk is full: make room there, and run the same command again; what is done is kept"
_NO_LOGIN = "log in (aws sso login), or set AWS_PROFILE or the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"})


def is_foreseen(error: Exception) -> bool:
    """Return whether an error is one of those that say nothing about the program."""
    return isinstance(error, (BotoCoreError, ClientError, OSError, sqlite3.OperationalError))


def advice_for(error: Exception) -> str:
    """Return what went wrong and, where that is known, what to do."""
    match error:
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return f"{error.filename}: {_FULL}" if error.filename else _FULL
        case sqlite3.OperationalError() if "disk is full" in str(error):
            return _FULL
        case OSError(errno=errno.EADDRINUSE):
            return "the port is taken by another program: end that, or choose another port"
        case PermissionError(filename=str() as path):
            return f"{path} cannot be written: choose another folder, or change who owns it"
        case NoRegionError():
            return "which Region? Give --region, or set AWS_REGION"
        case NoCredentialsError() | PartialCredentialsError() | ProfileNotFound():
            return f"there are no credentials for AWS ({error}): {_NO_LOGIN}"
        case TokenRetrievalError() | UnauthorizedSSOTokenError():
            return f"the log-in to AWS has ended: {_NO_LOGIN}"
        case ClientError() if error.response.get("Error", {}).get("Code") in _EXPIRED:
            return f"AWS does not take these credentials: {_NO_LOGIN}"
        case UnreachableError() | HTTPClientError():
            return f"AWS cannot be reached ({error}): check the network, a proxy, and --region"
        case _:
            return f"{type(error).__name__}: {error}"
