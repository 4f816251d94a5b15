"""How well and how fast extraction is, beside others, on real pages with ground truth: one command, one page.

Comes in: the evaluation data beside the repository, the page cases. Goes out: tables on standard output. Changes:
``docs/extraction-benchmark.md`` and its plot, except with ``--no-report``.

    make benchmark-extraction
    .venv-benchmark/bin/python -m benchmarks.extraction [--limit N] [--cross-validated FILE] [--no-report]

Every page goes to every extractor, one after the other, in an order that turns with each page, each in a process of its
own. Our text is cross-validated: each page's is extracted with a model that has seen no page of its domain.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np

from benchmarks.extraction.systems import BASELINE, OURS, SYSTEMS, Answer, Prediction, System, Worker, installed
from extractor.html import decode_text
from training import scoring
from training.cases import Case, neighbour_articles, neighbour_cases, spliced_cases
from training.scoring import Estimate, Scores
from training.seedlike import seedlike_page
from training.splicing import Page, load_pages
from training.stream_sites import stream_pages

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "extraction"
REPORT = ROOT / "docs" / "extraction-benchmark.md"
PLOT = ROOT / "docs" / "images" / "extraction-benchmark.svg"

SOURCES = {
    "scrapinghub": "article-extraction",
    "fundus-eval": "fundus-eval",
    "fundus-parser-tests": "fundus-parser",
    "wcxb": "wcxb",
    "htmldate-mediacloud": "mediacloud",
}
"""The sources of the pages, and their names in the tables."""
TEXT_SOURCES = tuple(islice(SOURCES, 4))
TITLE_SOURCES = ("fundus-parser-tests", "wcxb")
DATE_SOURCES = (*TITLE_SOURCES, "htmldate-mediacloud")
AIMS: dict[str, Any] = {
    "text": {"scrapinghub": 0.980, "fundus-eval": 0.975, "fundus-parser-tests": 0.970, "wcxb": 0.962},
    "exact": 0.50,
    "title": {"fundus-parser-tests": 0.85, "wcxb": 0.87},
    "authors": {"fundus-parser-tests": 0.89, "wcxb": 0.79},
    "date_published": {"fundus-parser-tests": 0.99, "wcxb": 0.88, "htmldate-mediacloud": 0.93},
}
"""Our aims, on pages that nothing was learned from."""
PUBLISHED: Sequence[Row] = (
    ("extractor", "all 181 pages of article-extraction", "WCXB, its seven kinds of pages", "time, s a page"),
    ("rs-trafilatura", "0.970", "0.859", "–"),
    ("Zyte AutoExtract", "0.970", "–", "–"),
    ("Diffbot", "0.951", "–", "–"),
    ("MinerU-HTML", "–", "0.827", "1.6"),
)
"""F1 as published; in the first column scored again, as above, from the published outputs."""

_WORD = re.compile(r"\w+")
_SHORTEST_PARAGRAPH = 8
_PLOT_COLOURS = {OURS.name: "#b3261e", BASELINE.name: "#1f5fa8"}


@dataclass(slots=True)
class Run:
    """An extractor's answers for all pages."""

    predictions: dict[str, Prediction] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    errors: int = 0
    spliced: dict[str, Prediction] = field(default_factory=dict)
    clean: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def note(self, identifier: str, answer: Answer) -> None:
        """Keep an answer."""
        self.predictions[identifier] = {"id": identifier, **answer.prediction}
        self.seconds[identifier] = answer.seconds
        self.errors += answer.error is not None

    def note_spliced(self, key: str, answer: Answer) -> None:
        """Keep an answer for a page with a second article in it."""
        self.spliced[key] = answer.prediction


class MadePage(Protocol):
    """A page that was made, and the paragraphs on it by whom they belong to."""

    @property
    def html(self) -> str:
        """The page."""

    @property
    def url(self) -> str:
        """Where it would stand."""

    @property
    def own(self) -> Collection[str]:
        """The article's paragraphs."""

    @property
    def foreign(self) -> Collection[str]:
        """Other articles' paragraphs."""


MadePages = Mapping[str, Sequence[MadePage]]
"""Pages that were made, by their kind."""
Truth = list[dict[str, Any]]
Row = tuple[str, ...]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the values of a file of JSON lines."""
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line.strip()]


def read_truth(limit: int | None) -> Truth:
    """Return what is known about the pages, for at most ``limit`` pages of each source."""
    entries = read_lines(DATA / "pages" / "truth.jsonl")
    chosen = [[entry for entry in entries if entry["source"] == source][:limit] for source in SOURCES]
    return [entry for group in chosen for entry in group]


def read_html(entry: Mapping[str, Any]) -> str:
    """Return a page's text."""
    return decode_text(gzip.decompress((DATA / "pages" / "html" / f"{entry['id']}.html.gz").read_bytes()))


def run_all(systems: Sequence[System], truth: Truth, spliced: Sequence[Case], made: MadePages) -> dict[str, Run]:
    """Give every page to every extractor."""
    workers = {system.name: Worker(system) for system in systems}
    runs = {system.name: Run() for system in systems}

    def ask(number: int, html: str, url: str) -> Iterator[tuple[Run, Answer]]:
        names = list(workers)
        for name in (*names[number % len(names) :], *names[: number % len(names)]):
            yield runs[name], workers[name].ask(html, url)

    try:
        for worker in workers.values():
            worker.ask("<html><body><p>The first page pays for what is loaded late.</p></body></html>", "")
        for number, entry in enumerate(truth):
            _tell(f"page {number + 1} of {len(truth)}")
            for run, answer in ask(number, read_html(entry), entry["url"]):
                run.note(entry["id"], answer)
        for kind, pages in made.items():
            for number, page in enumerate(pages):
                _tell(f"{kind}: page {number + 1} of {len(pages)}")
                for run, answer in ask(number, page.html, page.url):
                    run.clean[kind].append(_is_clean(page, answer))
        for number, case in enumerate(spliced):
            _tell(f"spliced page {number + 1} of {len(spliced)}")
            for run, answer in ask(number, case.html, case.url):
                run.note_spliced(case.key, answer)
    finally:
        for worker in workers.values():
            worker.stop()
        _tell("")
    return runs


def made_pages(pages: Sequence[Page], wanted: int) -> MadePages:
    """Return pages with several articles, or that look so, at most so many of each kind."""
    articles = neighbour_articles(pages, for_benchmark=True)
    return {
        "seed-like": [seedlike_page(number) for number in range(wanted)],
        "neighbours": list(neighbour_cases(articles, wanted)),
        "other sites": list(islice(stream_pages([article for _, article in articles]), wanted)),
    }


def _words(text: str | None) -> str:
    return f" {' '.join(_WORD.findall(text or ''))} "


def _among(paragraphs: Iterable[str], text: str) -> list[bool]:
    """Return for each paragraph that is long enough to count whether its words are in a text."""
    folded = (_words(paragraph) for paragraph in paragraphs)
    return [words in text for words in folded if words.count(" ") > _SHORTEST_PARAGRAPH]


def _is_clean(page: MadePage, answer: Answer) -> bool:
    text = _words(answer.prediction.get("text"))
    return all(_among(page.own, text)) and not any(_among(page.foreign, text))


def cross_validated(path: Path | None) -> dict[str, Prediction]:
    """Return our texts by models that have not seen the page's domain, extracted now unless they are given."""
    if path is not None:
        return _read_predictions(path)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "predictions.jsonl"
        command = [sys.executable, "-m", "training.cross_validate", "--out", str(target)]
        subprocess.run(command, check=True, stdout=sys.stderr)
        return _read_predictions(target)


def _read_predictions(path: Path) -> dict[str, Prediction]:
    return {entry["id"]: entry for entry in read_lines(path)}


class Figures:
    """All figures of a comparison."""

    def __init__(
        self, runs: Mapping[str, Run], truth: Truth, spliced: Sequence[Case], texts: Mapping[str, Prediction]
    ) -> None:
        self.scorer = scoring.load_scorer(DATA / "evaluate.py")
        self.runs = runs
        self.truth = truth
        self.of = {source: [entry for entry in truth if entry["source"] == source] for source in SOURCES}
        self.spliced = spliced
        self._spliced_texts = {name: texts if name == OURS.name else run.spliced for name, run in runs.items()}
        self.texts = {name: texts if name == OURS.name else run.predictions for name, run in runs.items()}
        self.scores: dict[tuple[str, str], Scores] = {
            (name, source): scoring.text_scores(self.scorer, self.of[source], self.texts[name])
            for name in runs
            for source in TEXT_SOURCES
            if self.of[source]
        }

    def title(self, name: str, source: str) -> Estimate:
        """Return the share of titles that are exactly the true one."""
        fold = self.scorer.fold
        known = [entry for entry in self.of[source] if entry.get("title")]
        return scoring.share([fold(entry["title"]) == fold(self._said(name, entry, "title")) for entry in known])

    def authors(self, name: str, source: str) -> Estimate:
        """Return F1 over authors' names."""
        fold = self.scorer.fold_auth
        known = [entry for entry in self.of[source] if entry.get("authors")]
        pairs = [(fold(entry["authors"]), fold(self._said(name, entry, "authors"))) for entry in known]
        counts = np.array([[len(true & said), len(true) + len(said)] for true, said in pairs])
        weights = np.random.default_rng(0).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), 1000)
        hits, names = (weights @ counts).T
        low, high = np.percentile(2 * hits / np.maximum(1, names), [2.5, 97.5])
        return Estimate(2 * counts[:, 0].sum() / max(1, counts[:, 1].sum()), float(low), float(high))

    def date(self, name: str, source: str) -> Estimate:
        """Return the share of pages whose day of publication is the true one."""
        day = self.scorer.day
        known = [entry for entry in self.of[source] if day(entry.get("date_published"))]
        return scoring.share(
            [day(entry["date_published"]) == day(self._said(name, entry, "date_published")) for entry in known]
        )

    def says(self, name: str, what: str) -> bool:
        """Return whether an extractor ever gives this field."""
        return any(prediction.get(what) for prediction in self.runs[name].predictions.values())

    def leaks(self, name: str) -> int:
        """Return how many spliced pages leak a paragraph of the other article."""
        return sum(any(_among(case.foreign, self._spliced_text(name, case))) for case in self.spliced)

    def losses(self, name: str) -> int:
        """Return how many spliced pages lose more than half of the article's own paragraphs."""
        found = (_among(case.own, self._spliced_text(name, case)) for case in self.spliced)
        return sum(2 * sum(hits) < len(hits) for hits in found)

    def _spliced_text(self, name: str, case: Case) -> str:
        return _words(self._spliced_texts[name][case.key].get("text"))

    def milliseconds(self, name: str) -> float:
        """Return the median processor time of a page."""
        return 1000 * median(self.runs[name].seconds.values())

    def ratio(self, name: str) -> float:
        """Return the processor time against the baseline's: the ratio of the medians."""
        return self.milliseconds(name) / self.milliseconds(BASELINE.name)

    def whole_ratio(self, name: str) -> float:
        """Return the processor time of all pages together, which the long and the doubtful ones weigh on, likewise."""
        return sum(self.runs[name].seconds.values()) / sum(self.runs[BASELINE.name].seconds.values())

    def _said(self, name: str, entry: Mapping[str, Any], what: str) -> Any:
        return (self.runs[name].predictions.get(entry["id"]) or {}).get(what)


def text_rows(figures: Figures) -> tuple[Row, ...]:
    """Return the table of texts."""
    names = [f"{SOURCES[source]} ({len(figures.of[source])})" for source in TEXT_SOURCES]
    rows: list[Row] = [("extractor", names[0], "exact there", *names[1:], "CPU, ms", "to trafilatura", "all pages")]
    for name in figures.runs:
        estimates = [_shown(scoring.f1(figures.scores[name, source])) for source in TEXT_SOURCES]
        exact = _shown(scoring.exact(figures.scores[name, TEXT_SOURCES[0]]))
        cpu = (f"{figures.milliseconds(name):.1f}", f"{figures.ratio(name):.2f}", f"{figures.whole_ratio(name):.2f}")
        rows.append((name, estimates[0], exact, *estimates[1:], *cpu))
    aims = [f"≥ {AIMS['text'][source]:.3f}" for source in TEXT_SOURCES]
    rows.append(("*aim*", aims[0], f"≥ {AIMS['exact']:.2f}", *aims[1:], "", "≤ 1.2", "≤ 1.2"))
    return tuple(rows)


def gain_rows(figures: Figures) -> tuple[Row, ...]:
    """Return the table of our gains over each of the others, page by page."""
    rows: list[Row] = [("newsdesk over", *(SOURCES[source] for source in TEXT_SOURCES))]
    for name in figures.runs:
        if name != OURS.name:
            gains = (
                scoring.gain(figures.scores[OURS.name, source], figures.scores[name, source]) for source in TEXT_SOURCES
            )
            rows.append((name, *(_shown(gain, signed=True) for gain in gains)))
    return tuple(rows)


def boundary_rows(figures: Figures) -> tuple[Row, ...]:
    """Return the table of pages that hold several articles."""
    kinds = list(next(iter(figures.runs.values())).clean)
    names = [f"{kind}, wholly clean" for kind in kinds]
    rows: list[Row] = [("extractor", *names, "spliced pages that leak", "that lose more than half")]
    spliced = len(figures.spliced)
    for name, run in figures.runs.items():
        clean = (f"{sum(run.clean[kind])} of {len(run.clean[kind])}" for kind in kinds)
        rows.append((name, *clean, *(f"{count} of {spliced}" for count in (figures.leaks(name), figures.losses(name)))))
    rows.append(("*aim*", *("all" for _ in kinds), f"≤ {max(1, spliced // 69)}", "0"))
    return tuple(rows)


def metadata_rows(figures: Figures) -> tuple[Row, ...]:
    """Return the table of titles, authors and dates."""
    measures: list[tuple[str, tuple[str, ...], Callable[[str, str], Estimate]]] = [
        ("title", TITLE_SOURCES, figures.title),
        ("authors", TITLE_SOURCES, figures.authors),
        ("date_published", DATE_SOURCES, figures.date),
    ]
    columns = [(kind, source, measure) for kind, sources, measure in measures for source in sources]
    rows: list[Row] = [("extractor", *(f"{kind.partition('_')[0]}, {SOURCES[source]}" for kind, source, _ in columns))]
    for name in figures.runs:
        said = ((figures.says(name, kind), measure(name, source)) for kind, source, measure in columns)
        rows.append((name, *(_shown(estimate) if is_said else "–" for is_said, estimate in said)))
    rows.append(("*aim*", *(f"≥ {AIMS[kind][source]:.2f}" for kind, source, _ in columns)))
    return tuple(rows)


def _shown(estimate: Estimate, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    return f"{estimate.value:{sign}.3f} ({estimate.low:{sign}.3f} to {estimate.high:{sign}.3f})"


def markdown(rows: Sequence[Row]) -> str:
    """Return rows as a table, the first of them its head."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "|" + "---|" + "--:|" * (len(rows[0]) - 1))
    return "\n".join(lines)


def draw(figures: Figures, path: Path) -> None:
    """Draw F1 with its intervals, a panel for each source, and processor time."""
    import matplotlib as mpl
    from matplotlib import pyplot

    mpl.use("Agg")
    mpl.rcParams.update(
        {"svg.hashsalt": "newsdesk", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    )
    names = [*figures.runs][::-1]
    places = range(len(names))
    colours = [_PLOT_COLOURS.get(name, "#8a8a8a") for name in names]
    figure, panels = pyplot.subplots(
        1, len(TEXT_SOURCES) + 1, figsize=(12.5, 3.4), sharey=True, constrained_layout=True
    )
    for panel, source in zip(panels, TEXT_SOURCES, strict=False):
        for place, name, colour in zip(places, names, colours, strict=True):
            estimate = scoring.f1(figures.scores[name, source])
            panel.plot([estimate.low, estimate.high], [place, place], color=colour, linewidth=2)
            panel.plot(estimate.value, place, "o", color=colour, markersize=6)
        panel.axvline(AIMS["text"][source], color="#2f8f5b", linewidth=1, linestyle="--")
        panel.set_title(f"{SOURCES[source]}: F1", fontsize=9)
    ratios = [figures.ratio(name) for name in names]
    bars = panels[-1].barh(places, ratios, color=colours, height=0.55)
    panels[-1].bar_label(bars, [f"{ratio:.2f}" for ratio in ratios], padding=3, fontsize=8)
    panels[-1].set_xlim(0, 1.2 * max(ratios))
    panels[-1].set_title("processor time, trafilatura = 1", fontsize=9)
    panels[0].set_yticks(places, names)
    for panel in panels:
        panel.grid(axis="x", alpha=0.25)
    figure.supxlabel("bars of dots: 95 % intervals over pages; dashed: our aim", fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def report(figures: Figures, versions: Mapping[str, str | None]) -> str:
    """Return the page. It is long because the text of the page is in it, in order."""
    present = ", ".join(f"{name} {number}" for name, number in versions.items() if number)
    missing = [name for name, number in versions.items() if number is None]
    errors = {name: run.errors for name, run in figures.runs.items() if run.errors}
    failed = "; ".join(f"{name} on {number}" for name, number in errors.items()) or "none of them"
    pages = len(figures.truth)
    return f"""# Extraction, measured

Written by `make benchmark-extraction`; do not edit. {pages} real pages with ground truth, which are not part of the
repository, each given to each extractor in one run on one machine. Intervals are 95 %, over pages. Compared:
{present}.{f" Not installed: {', '.join(missing)}." if missing else ""}

![F1 of each extractor on each source of pages, and processor time](images/extraction-benchmark.svg)

## The text

F1 over four-word shingles, as in the article-extraction benchmark: harmonic mean of average precision and average
recall. *Exact*: all words of the article, in order, and no other. The text of newsdesk is cross-validated by domain:
each page's is extracted with a model that has seen no page of its site. Its processor time is that of the packaged
model, metadata included, as it is for all that find metadata.

{markdown(text_rows(figures))}

What newsdesk gains, page by page on the same pages:

{markdown(gain_rows(figures))}

The bodies of fundus-parser are silver: parsers written by hand for each site made them, and left out some captions and
lists.

What others have published of extractors that are not run here, on more pages than those above:

{markdown(PUBLISHED)}

## Pages with several articles

*Seed-like*: an article and the openings of others in the same clothes, in markup drawn by lot; clean is a page of which
every paragraph of the article was found and none of another. *Neighbours*: real articles beside others on their
subject, or beside their own other half, and articles in sections, as lists, digests and live blogs, with neighbours and
without; of domains that the generator's training pages do not have. *Other sites*: the same in the markup of twenty
sites, written by hand, that nothing was trained on. *Spliced*: a real page with the article of another page
put into it, in its own markup, above or below, with and without headline, byline and link; a page leaks when at least
one paragraph of the other article comes through. On these, too, newsdesk is cross-validated by domain. The other
pages go to the packaged model, which was trained on others of the first two kinds.

{markdown(boundary_rows(figures))}

## Title, authors, date

Exact titles, F1 over authors' names, and the same day, after folding case, accents and punctuation.

{markdown(metadata_rows(figures))}

## How to read this

- An extractor that fails on a page has found nothing there. Failed: {failed}.
- Processor time is that of the extractor's own process; every page went to every extractor before the next one, in an
  order that turned with each page. It is given as the median over all pages, as that median to trafilatura's, and as
  the time of all pages together to trafilatura's.
- Titles are chosen by the packaged model, which was trained on those of these pages.
  [What is learned](extraction.md#what-is-learned-and-from-what) says what it reaches on other sites.
- The aims are ours, for pages that nothing was learned from. How a page becomes an article:
  [extraction](extraction.md).
"""


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()


def main() -> int:
    """Compare, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--limit", type=int, help="pages of each source")
    parser.add_argument("--spliced", type=int, default=5, help="spliced pages of each way to splice")
    parser.add_argument("--made", type=int, default=100, help="pages of each kind that is made")
    parser.add_argument("--cross-validated", type=Path, help="our cross-validated texts, as JSON lines of {id, text}")
    parser.add_argument("--no-report", action="store_true", help="print only")
    parser.add_argument("--json", type=Path, help="write the predictions and times here")
    arguments = parser.parse_args()
    if not (DATA / "evaluate.py").is_file():
        sys.stderr.write(f"the evaluation data are not at {DATA}\n")
        return 1
    versions = {system.name: installed(system) for system in SYSTEMS}
    systems = [system for system in SYSTEMS if versions[system.name]]
    truth = read_truth(arguments.limit)
    texts = cross_validated(arguments.cross_validated)
    pages = load_pages(DATA)
    spliced = list(spliced_cases(pages, arguments.spliced)) if arguments.spliced else []
    figures = Figures(run_all(systems, truth, spliced, made_pages(pages, arguments.made)), truth, spliced, texts)
    page = report(figures, versions)
    sys.stdout.write(page)
    if not arguments.no_report:
        draw(figures, PLOT)
        REPORT.write_text(page, encoding="utf-8")
    if arguments.json:
        kept = {name: {"predictions": run.predictions, "seconds": run.seconds} for name, run in figures.runs.items()}
        arguments.json.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
