"""The body: which segments of a page are its article.

Comes in: a page as tree and segments, what is foreign on it, and what it says of itself. Goes out: the chosen segments,
why the others were dropped, and the typed blocks.

The block classifier looks at every segment, and again where its first forest is not sure of the page as a whole. Where
it still has doubts, trafilatura is asked, too, and the classifier looks once more with its answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from extractor.body.blocks import KnownWholes, is_caption
from extractor.body.features import PageFeatures, Statements, features_of
from extractor.body.model import Model, shipped_model
from extractor.body.second_opinions import expected_f1, surest_choice
from extractor.body.trafilatura_vote import shares_in, trafilatura_text
from extractor.html import Element, Page, Segment
from newsdesk.contracts import ArticleWarning, Block, DropReason

MOST_SEGMENTS = 5_000
"""The classifier sees this many segments at most; later ones are kept where they stand beside one that it kept."""

SURE_AT_ONCE = 0.98
"""Where the first forest alone expects an F1 as high as this, the second changes next to nothing: most pages."""

SURE = 0.9
"""A page is doubtful when the expected F1 of its choice is lower: one in twenty. Asking trafilatura about four times as
many, as below .97, takes a tenth of all time for .0004 of F1."""

UNSURE = 0.9
"""Where even the second look expects less, trafilatura's choice counts for itself, too."""
_VOTE = 0.3

LOST, FOUND = 0.6, 0.8
FEWEST_WORDS = 40
"""Where next to nothing is left of a page, or nothing certain, and without the cuts a certain article is there, a cut
has taken the article itself."""
DOUBTED = 0.85
SURER = 0.9
"""Where less is expected of a page with the cuts, and as much without them, a cut has taken the article as well, if
most of what is kept then was cut. Without that condition, pages with another article in them would have it back."""
_MARGIN, _MOSTLY = 0.1, 2
DISPUTED = 0.93
"""Where less is expected, other choices are made besides the classifier's; see
:mod:`extractor.body.second_opinions`. One page in twelve."""
_DISPUTABLE = frozenset({DropReason.FOREIGN_ARTICLE, DropReason.FOREIGN_TEASER, DropReason.BEFORE_ARTICLE})

SURELY_FOREIGN = 0.65
"""What the boundary guard cut is cut for good when it is as likely foreign as this; of the rest the classifier decides,
which knows what the guard thinks."""

BY_CLASSIFIER = ("blocks", "blocks+trafilatura")
"""The sources of a body that the classifier chose: alone, and with trafilatura's vote."""

_MOSTLY_LINKS = 0.5
_LOWEST_THRESHOLD, _HIGHEST_THRESHOLD = 0.2, 0.7


@dataclass(frozen=True, slots=True)
class Body:
    """What was chosen.

    Attributes
    ----------
    kept : tuple of int
        Segments, in document order.
    reasons : mapping
        Why each of the others was dropped.
    scores : mapping
        How likely each segment is the article's; those that nobody asked about are missing.
    blocks : tuple of Block
        The kept segments, typed; none before the choice is trimmed.
    text : str
        The texts of the blocks, a line each.
    source : str
        ``blocks`` when the classifier alone decided, ``blocks+trafilatura`` when trafilatura had a vote.
    certainty : float
        The expected F1 of the choice, 0 to 1.
    warnings : tuple of str
    """

    kept: tuple[int, ...] = ()
    reasons: Mapping[int, str] = field(default_factory=dict)
    scores: Mapping[int, float] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    text: str = ""
    source: str = "blocks"
    certainty: float = 0.0
    warnings: tuple[str, ...] = ()


def choose_body(
    page: Page,
    foreign: Mapping[int, str],
    titles: Iterable[str],
    description: str | None,
    *,
    suspicion: Mapping[int, float] | None = None,
    firm: Collection[int] = (),
    model: Model | None = None,
) -> Body:
    """Choose the segments that are the article.

    Parameters
    ----------
    page : Page
        The page.
    foreign : mapping
        Segments that other judges took for foreign, and why. They are cut, unless ``suspicion`` has doubts.
    titles : iterable of str
        What the page may be called, the likeliest first.
    description : str or None
        What the page says it is about.
    suspicion : mapping or None
        How likely the boundary guard takes the segments that it weighed to be foreign.
    firm : collection of int
        Segments that the guard cut for several reasons: never put back.
    model : Model or None
        Another than the one that is shipped.
    """
    model = model or shipped_model()
    titles, segments = tuple(titles), page.segments
    suspicion = suspicion or {}
    sure = surely_foreign(foreign, suspicion)

    def judge(foreign: Mapping[int, str], suspicion: Mapping[int, float]) -> Judgement:
        features = describe(page, foreign, titles, description, suspicion)
        return _judge(page.tree, features, model, may_ask=len(segments) <= MOST_SEGMENTS)

    judged = judge(foreign, suspicion)
    warnings: tuple[str, ...] = ()
    if judged.certainty < DOUBTED or judged.words < FEWEST_WORDS:
        undisputed = {i: reason for i, reason in foreign.items() if reason not in _DISPUTABLE or i in firm}
        if len(undisputed) < len(foreign):
            again = judge(undisputed, {})
            if overrules(again, judged):
                judged, sure, foreign, warnings = again, undisputed, undisputed, (ArticleWarning.CUT_OVERRULED,)
    kept = judged.kept
    certainty = judged.certainty
    if certainty < DISPUTED and "trafilatura" in judged.source:
        tokens, sizes = judged.page.tokens, judged.page.sizes
        own = kept
        kept = list(surest_choice(page, foreign, own, judged.scores, tokens, sizes))
        if kept != own:
            certainty = expected_f1(kept, judged.scores, sizes)
            warnings = (*warnings, ArticleWarning.SECOND_OPINION)
    kept += _rest(segments, kept, sure)
    reasons = _reasons(segments, kept, foreign)
    return Body(tuple(kept), reasons, judged.scores, source=judged.source, certainty=certainty, warnings=warnings)


def describe(
    page: Page,
    foreign: Mapping[int, str],
    titles: Iterable[str],
    description: str | None,
    suspicion: Mapping[int, float],
) -> PageFeatures:
    """Return what the block classifier sees of a page; parameters are those of :func:`choose_body`."""
    statements = Statements(tuple(titles), description, page.data.main.article_body if page.data.main else None)
    cut = surely_foreign(foreign, suspicion)
    return features_of(page.segments[:MOST_SEGMENTS], cut, statements, suspicion, foreign if suspicion else ())


@dataclass(frozen=True, slots=True)
class Judgement:
    """How likely each segment is the article's, from where on it is kept, and how many words that makes."""

    scores: Mapping[int, float]
    threshold: float
    words: int
    certainty: float
    source: str
    page: PageFeatures

    @property
    def kept(self) -> list[int]:
        """The segments that are kept."""
        return [i for i, probability in self.scores.items() if probability >= self.threshold]


def overrules(again: Judgement, judged: Judgement) -> bool:
    """Return whether a look without the boundary's cuts shows that they took the article itself.

    Where it keeps what was kept with them, and more, the cuts have left an article, and what comes back is another.
    """
    if again.words < FEWEST_WORDS:
        return False
    if judged.certainty < LOST or judged.words < FEWEST_WORDS:
        return again.certainty >= FOUND
    is_surer = again.certainty >= SURER and again.certainty >= judged.certainty + _MARGIN
    if not is_surer or again.words < _MOSTLY * judged.words:
        return False
    shared = sum(judged.page.sizes[i] for i in set(judged.kept).intersection(again.kept))
    return _MOSTLY * shared <= judged.words


def _judge(tree: Element, page: PageFeatures, model: Model, *, may_ask: bool) -> Judgement:
    scored = page.scored
    sizes = [page.sizes[i] for i in scored]
    source, source_with_vote = BY_CLASSIFIER
    opinions = model.score(page)
    probabilities = opinions.probabilities
    threshold, certainty = threshold_of(probabilities, sizes)
    if certainty < SURE_AT_ONCE:
        probabilities = model.rescore(page, opinions)
        threshold, certainty = threshold_of(probabilities, sizes)
    if certainty < SURE and scored and may_ask:
        source = source_with_vote
        peer_share = shares_in(page.tokens, trafilatura_text(tree))
        rescored = model.rescore_with_vote(page, opinions, peer_share)
        probabilities = [(one + other) / 2 for one, other in zip(probabilities, rescored, strict=True)]
        threshold, certainty = threshold_of(probabilities, sizes)
        if certainty < UNSURE:
            both = zip(scored, probabilities, strict=True)
            probabilities = [(1 - _VOTE) * probability + _VOTE * peer_share[i] for i, probability in both]
            threshold, certainty = threshold_of(probabilities, sizes)
    words = sum(size for probability, size in zip(probabilities, sizes, strict=True) if probability >= threshold)
    return Judgement(dict(zip(scored, probabilities, strict=True)), threshold, words, certainty, source, page)


def surely_foreign(foreign: Mapping[int, str], suspicion: Mapping[int, float]) -> dict[int, str]:
    """Return what is cut whatever the classifier thinks: what the guard is sure of, and what other judges ruled out.

    The guard's doubts are about its own reasons: what is hidden stays cut, whatever it thinks of the piece around it.
    """
    return {
        i: reason
        for i, reason in foreign.items()
        if reason not in _DISPUTABLE or suspicion.get(i, 1.0) >= SURELY_FOREIGN
    }


def _reasons(segments: Sequence[Segment], kept: Sequence[int], foreign: Mapping[int, str]) -> dict[int, str]:
    """Return why segments are not kept."""
    said = {segments[i].text for i in kept}
    left = {segment.index for segment in segments}.difference(kept)
    known: KnownWholes = {}
    return {i: foreign.get(i) or _reason(segments[i], said, known).value for i in sorted(left)}


def _reason(segment: Segment, said: Collection[str], known: KnownWholes) -> DropReason:
    if segment.text in said:
        return DropReason.REPEATED
    if is_caption(segment, known):
        return DropReason.CAPTION
    return DropReason.PAGE_FURNITURE


def _rest(segments: Sequence[Segment], kept: Sequence[int], foreign: Mapping[int, str]) -> list[int]:
    """Return which segments past those that were judged have the same parent as one that was kept."""
    if len(segments) <= MOST_SEGMENTS:
        return []
    parents = {segments[i].element.getparent() for i in kept}
    return [
        segment.index
        for segment in segments[MOST_SEGMENTS:]
        if segment.link_share < _MOSTLY_LINKS
        and segment.index not in foreign
        and segment.element.getparent() in parents
    ]


def threshold_of(probabilities: Sequence[float], sizes: Sequence[int]) -> tuple[float, float]:
    """Return the threshold with the greatest sum of expected precision and recall over the words of a page.

    The second number is the F1 that is expected there. F1 over many pages is the harmonic mean of average precision and
    average recall, to which a page adds the sum of both and not an F1 of its own.
    """
    ordered = sorted(zip(probabilities, sizes, strict=True), reverse=True)
    everything = sum(probability * size for probability, size in ordered)
    right = kept = best = certainty = 0.0
    threshold = _HIGHEST_THRESHOLD
    for probability, size in ordered:
        right += probability * size
        kept += size
        merit = right * (1 / kept + 1 / everything) if right else 0.0
        if merit > best:
            best, threshold, certainty = merit, probability, 2 * right / (kept + everything)
    return min(max(threshold, _LOWEST_THRESHOLD), _HIGHEST_THRESHOLD), certainty
