"""The Newsdesk layer: contracts, rules and AWS adapters that every stage shares.

Comes in: nothing. Goes out: the package's version. Changes nothing.
"""

__version__ = "0.1.0"
