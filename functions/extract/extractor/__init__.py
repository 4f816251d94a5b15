"""Extract: from a capture to the cleaned article.

Sub-packages are entered by their door, the names in ``__all__`` of their ``__init__``. They stand in this order, and
imports go down:

    model < contract, settings, text < html < kinds, metadata < body < reading < joining, manifest < stage < handler
"""
