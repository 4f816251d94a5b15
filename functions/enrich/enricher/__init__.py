"""Enrich: from the cleaned article to the enriched one.

Sub-packages are entered by their door, the names in ``__all__`` of their ``__init__``. They stand in this order, and
imports go down:

    ports, settings, text < parsing < entities, places, speech, statistics
    < managed_services, composer < manifest, stage < handler
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""numpy's library reads it when it is loaded. The matrices are small: threads that wait for each other would cost more
than they save, and a function has about one processor."""
