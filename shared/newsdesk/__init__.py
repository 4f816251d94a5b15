"""The Newsdesk layer: contracts, rules and AWS adapters that every stage shares.

Comes in: nothing. Goes out: the package's version. Sub-packages are entered by their door, the names in ``__all__`` of
their ``__init__``; of ``adapters`` each module is a door of its own, so that a function loads only the clients that
it needs. They stand in this order, and imports go down:

    characters < contracts, clock, pauses, words < errors, renditions < datasets, inbox, managed, web < hosts, opml,
    sources < ports < web.transport, articles < runtime < adapters < reader < searching
"""

__version__ = "0.1.0"
