"""The embed stage: keeps a vector beside each article that is current, and beside no other.

Comes in: :class:`newsdesk.contracts.ArticleChanged`, in any order and any number of times. Goes out: a status. Changes:
``vectors/v1/``.

The change only says which article to look at; what there should be is read from the table, so that a late or repeated
change does no harm. Nothing waits for this stage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsdesk.articles import ArticleStore, read_article
from newsdesk.contracts import ArticleChanged, StoredVector, encode_vector, keys, to_json_bytes
from newsdesk.errors import ObjectMissingError, UnreadableObjectError
from newsdesk.ports import ObjectStore

Embed = Callable[[str | None, str], Sequence[float]]


class EmbedStatus(StrEnum):
    """The result for a change."""

    EMBEDDED = "embedded"
    """The article's vector is beside it."""
    REMOVED = "removed"
    """The article was taken back, and its vector with it."""
    STALE = "stale"
    """The change is not the article's last one, or the article's object is gone or cannot be read."""


@dataclass(frozen=True, slots=True)
class EmbedStage:
    """Follows the changes."""

    store: ArticleStore
    objects: ObjectStore
    embed: Embed
    model: str

    def handle(self, change: ArticleChanged) -> EmbedStatus:
        """Bring one article's vector up to date."""
        status = self._put(change)
        if change.previous_revision is not None:
            self._remove(change.article_id, change.previous_revision)
        return status

    def _put(self, change: ArticleChanged) -> EmbedStatus:
        if change.key is None:
            return EmbedStatus.REMOVED
        if not self._is_current(change):
            # A delivery of this change may have died between writing the vector and looking again.
            self.objects.delete(keys.vector_key(change.key))
            return EmbedStatus.STALE
        try:
            article = read_article(self.objects.get(change.key))
        except (ObjectMissingError, UnreadableObjectError):
            return EmbedStatus.STALE
        vector = StoredVector(
            article_id=change.article_id,
            revision=change.revision,
            key=change.key,
            model=self.model,
            vector=encode_vector(self.embed(article.headline, article.article_body)),
        )
        self.objects.put(keys.vector_key(change.key), to_json_bytes(vector), "application/json")
        if self._is_current(change):
            return EmbedStatus.EMBEDDED
        # The article changed meanwhile, and the worker that removed this revision's vector may have found none.
        self.objects.delete(keys.vector_key(change.key))
        return EmbedStatus.STALE

    def _is_current(self, change: ArticleChanged) -> bool:
        state = self.store.get(change.article_id)
        return state is not None and state.current is not None and state.current.key == change.key

    def _remove(self, article_id: str, revision: int) -> None:
        former = self.store.revision(article_id, revision)
        if former is not None and former.key is not None:
            self.objects.delete(keys.vector_key(former.key))
