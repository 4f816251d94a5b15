"""Scores the body on sites that the model has never seen.

Comes in: the labelled pages of the evaluation data. Goes out: a table on standard output. Changes: writes the
texts with ``--out FILE``, the figures with ``--json FILE``.

    python benchmarks/extraction/cross_validate.py [--data DIR] [--out FILE] [--json FILE]

The sites are dealt into five folds; each fold's pages are read with a model trained on the other four. Beside it stands
trafilatura as it comes. Processor time is that of the whole extraction of a page, metadata included, on both sides.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import scoring
from trafilatura import bare_extraction
from trafilatura.settings import Document
from train import DATA, FOLDS, NOW, Trainer, labelled_pages

from extractor.charset import decode_text
from extractor.classifier import Model, model_from_json
from extractor.extraction import find_body
from extractor.metadata import read_metadata
from extractor.parsing import parse_html
from extractor.segments import segments_of
from extractor.structured_data import read_structured_data


def main() -> None:
    """Train, predict, score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    started = time.monotonic()
    pages = list(labelled_pages(arguments.data))
    print(f"{len(pages)} pages read, {time.monotonic() - started:.0f} s", flush=True)
    trainer = Trainer(pages)
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    ratios: list[float] = []
    votes = 0
    for fold in range(FOLDS):
        model = model_from_json(trainer.model(frozenset({fold})))
        print(f"fold {fold} trained, {time.monotonic() - started:.0f} s", flush=True)
        for page in pages:
            if page.fold != fold:
                continue
            identifier = page.entry["id"]
            html = decode_text(
                gzip.decompress((arguments.data / "pages" / "html" / f"{identifier}.html.gz").read_bytes())
            )
            before = time.process_time()
            text, source = _ours(html, page.entry, model)
            between = time.process_time()
            document = bare_extraction(html, include_comments=False, with_metadata=True)
            baseline = document.text or "" if isinstance(document, Document) else ""
            after = time.process_time()
            ours[identifier] = {"id": identifier, "text": text}
            theirs[identifier] = {"id": identifier, "text": baseline}
            ratios.append((between - before) / (after - between))
            votes += "trafilatura" in source
    scorer = scoring.load_scorer(arguments.data / "evaluate.py")
    entries = [page.entry for page in pages]
    report: dict[str, Any] = {"cpu_ratio": statistics.median(ratios), "pages_with_vote": votes / len(pages)}
    print(f"{'source':22} {'system':12} pages  F1 [95 %]                exact  precision recall")
    for source in sorted({entry["source"] for entry in entries}):
        truth = [entry for entry in entries if entry["source"] == source]
        for name, predictions in (("newsdesk", ours), ("trafilatura", theirs)):
            scores = scoring.text_scores(scorer, truth, predictions)
            f1, exact = scoring.f1(scores), scoring.exact(scores)
            whole = scorer.agg([scorer.page(e["text"], predictions[e["id"]]["text"]) for e in truth])
            print(
                f"{source:22} {name:12} {len(truth):5}  {f1.value:.4f} [{f1.low:.4f}, {f1.high:.4f}]  {exact.value:.3f}"
                f"  {whole['precision']:.4f}    {whole['recall']:.4f}"
            )
            report.setdefault(source, {})[name] = {"f1": asdict(f1), "exact": asdict(exact)}
    print(
        f"processor time against trafilatura's, median: {report['cpu_ratio']:.2f}; "
        f"trafilatura had a vote on {report['pages_with_vote']:.0%} of pages"
    )
    print(f"{time.monotonic() - started:.0f} s")
    if arguments.out:
        arguments.out.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in ours.values()))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1))


def _ours(html: str, entry: Mapping[str, Any], model: Model) -> tuple[str, str]:
    tree = parse_html(html)
    assert tree is not None
    segments = segments_of(tree)
    data = read_structured_data(tree)
    url = entry.get("url") or ""
    metadata = read_metadata(tree, data, segments, url, NOW)
    _, body = find_body(tree, segments, data, metadata, url, model=model)
    return body.text, body.source


if __name__ == "__main__":
    main()
