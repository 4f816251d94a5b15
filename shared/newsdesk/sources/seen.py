"""Which items of a source were submitted already.

Comes in: keys and versions of items. Goes out: which are new, and a compact form to keep.

An item has 48 bits of the hash of its name and 32 bits of the hash of its version: in a source of 20,000 items, the
chance that a new one is taken for another is 1 in 14 thousand million. Items that the source no longer lists are
remembered for one to two days, since caches in front of a feed may serve an older copy. What comes back after that is
submitted under the same submission id as before, and submit takes an id once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

MOST_SEEN = 30_000
"""Items that are remembered; more would not fit into an item of the table."""

_KEY_BYTES = 6
_VERSION_BYTES = 4
_ENTRY_BYTES = _KEY_BYTES + _VERSION_BYTES


def item_key(name: str) -> bytes:
    """Return what stands for an item: its guid, or its URL."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:_KEY_BYTES]


def version_of(updated: str | None) -> bytes:
    """Return what stands for a state of an item: when it was last changed, as its source says."""
    return hashlib.sha256((updated or "").encode("utf-8", "surrogatepass")).digest()[:_VERSION_BYTES]


@dataclass(frozen=True, slots=True)
class SeenItems:
    """The items that were submitted.

    Attributes
    ----------
    day : date or None
        When ``current`` began.
    current, earlier : mapping of bytes to bytes
        Versions by key: of what was listed since ``day``, and in the time before it.
    """

    day: date | None = None
    current: Mapping[bytes, bytes] = field(default_factory=dict)
    earlier: Mapping[bytes, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.current) + len(self.earlier.keys() - self.current.keys())

    def version(self, key: bytes) -> bytes | None:
        """Return the version under which an item was submitted last; None for one that is not known."""
        return self.current.get(key, self.earlier.get(key))

    def with_listed(self, listed: Iterable[tuple[bytes, bytes]], today: date) -> SeenItems:
        """Return what is known once these items were listed; the same object when that says nothing new.

        Of more than :data:`MOST_SEEN`, the ones that are listed first are kept.
        """
        begins = self.day is None or today > self.day
        current: dict[bytes, bytes] = {} if begins else dict(self.current)
        for key, version in listed:
            if len(current) < MOST_SEEN or key in current:
                current[key] = version
        earlier = self.current if begins else self.earlier
        if not begins and current == self.current:
            return self
        room = MOST_SEEN - len(current)
        kept = [entry for entry in earlier.items() if entry[0] not in current][:room]
        return SeenItems(today if begins else self.day, current, dict(kept))

    def packed(self) -> bytes:
        """Return the items as bytes: the same items, the same bytes."""
        day = self.day.toordinal() if self.day else 0
        parts = [day.to_bytes(4, "big"), len(self.current).to_bytes(4, "big")]
        for entries in (self.current, self.earlier):
            parts += [key + version for key, version in sorted(entries.items())]
        return b"".join(parts)

    @staticmethod
    def unpacked(packed: bytes) -> SeenItems:
        """Return what :meth:`packed` was called on."""
        day, count = (int.from_bytes(packed[at : at + 4], "big") for at in (0, 4))
        entries = [packed[at : at + _ENTRY_BYTES] for at in range(8, len(packed), _ENTRY_BYTES)]
        pairs = [(entry[:_KEY_BYTES], entry[_KEY_BYTES:]) for entry in entries]
        return SeenItems(date.fromordinal(day) if day else None, dict(pairs[:count]), dict(pairs[count:]))
