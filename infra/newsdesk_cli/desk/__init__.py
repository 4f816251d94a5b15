"""``newsdesk desk``: a stack as a local web page, read only.

Comes in: a stack. Goes out: pages on a loopback address. Changes: nothing.

From below: guard < figures, differences < overview, catalogue, dossier < application < serving. It needs the
extra ``desk``.
"""

from __future__ import annotations

from newsdesk_cli.desk.application import desk_of
from newsdesk_cli.desk.catalogue import FullTextSearch, Wanted
from newsdesk_cli.desk.serving import serve

__all__ = ["FullTextSearch", "Wanted", "desk_of", "serve"]
