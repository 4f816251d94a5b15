"""Enrich: from the cleaned article to the enriched one.

Sub-packages are entered by their door, the names in ``__all__`` of their ``__init__``. They stand in this order, and
imports go down:

    settings, text, threads < parsing < ports < entities, places, speech, statistics
    < managed_services, composer < manifest, stage < handler
"""
