"""Searches for the HTTP API, and keeps the index that it searches.

What imports what, the lowest first: ``settings``, ``stage``; ``handler``.
"""
