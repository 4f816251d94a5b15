"""Who calls, as submissions have their sender.

Comes in: an event of API Gateway. Goes out: one text for each principal, the same whatever door it comes by.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from responder.problems import ProblemError, ProblemType

_PLAIN = re.compile(r"[!-~]{1,400}")


def caller_of(event: Mapping[str, Any]) -> str:
    """Return who calls.

    A principal of IAM is called as SQS calls the sender of a message: by its unique id, without the name of a session.
    So a role's submissions are its own, by the queue and by the API. The holder of a token is called by its issuer and
    its subject.

    Raises
    ------
    ProblemError
        If the authorizer names nobody.
    """
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    iam, claims = authorizer.get("iam") or {}, (authorizer.get("jwt") or {}).get("claims") or {}
    principal = str(iam.get("userId") or "").partition(":")[0]
    if principal:
        identity = (iam.get("cognitoIdentity") or {}).get("identityId")
        return f"{principal}/{_plain(identity)}" if identity else principal
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not issuer or not subject:
        raise ProblemError(ProblemType.NO_CALLER)
    return f"jwt/{_plain(issuer)}/{_plain(subject)}"


def _plain(name: object) -> str:
    """Return a name, or the hash of one that a queue might not take."""
    text = str(name)
    return text if _PLAIN.fullmatch(text) else hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
