"""A model has an identity, and is refused where the code computes other columns than it learned from.

Comes in: the shipped files, and files of these tests' own making. Goes out: assertions.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.body import model as block_model
from extractor.body.confidence import CONFIDENCE_COLUMNS
from extractor.body.features import FEATURES
from extractor.body.guard import GUARD_FEATURES
from extractor.body.model import BLOCK_COLUMNS, shipped_guard, shipped_model
from extractor.contract import EXTRACTOR
from extractor.html import decode_text, read_html
from extractor.metadata.titles import TITLE_FEATURES, ranked_titles
from extractor.model import ModelMismatchError, check_columns, models_digest, read_model
from extractor.model.manifest import FOLDER
from newsdesk_cli.page_cases import page_cases

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped models, to be spoilt."""
    return Path(shutil.copytree(FOLDER, tmp_path / "model"))


@pytest.fixture
def fresh() -> Iterator[None]:
    """Models are loaded anew in the test, and again after it."""
    loaders = (shipped_model, shipped_guard)
    for loader in loaders:
        loader.cache_clear()
    yield
    for loader in loaders:
        loader.cache_clear()


def edit(folder: Path, name: str, **changes: object) -> None:
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    manifest["files"][name] |= changes
    (folder / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_the_shipped_models_are_those_of_the_manifest_and_fit_the_code() -> None:
    check_columns("blocks.json.gz", {"boundary": GUARD_FEATURES, **BLOCK_COLUMNS})
    check_columns("titles.json", {"titles": TITLE_FEATURES})
    check_columns("confidence.json", {"confidence": CONFIDENCE_COLUMNS})
    assert list(json.loads(read_model("titles.json"))["weights"]) == list(TITLE_FEATURES)


@pytest.mark.usefixtures("fresh")
def test_a_column_in_front_of_the_features_fails_when_the_model_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a column more, before all others
    columns = {**BLOCK_COLUMNS, "segments": ("new_column", *FEATURES)}
    monkeypatch.setattr(block_model, "BLOCK_COLUMNS", columns)
    # When the model is loaded, Then it is refused, and the column is named
    with pytest.raises(ModelMismatchError, match=f"column 0 is 'new_column' in the code and '{FEATURES[0]}'"):
        shipped_model()


@pytest.mark.usefixtures("fresh")
def test_a_column_in_front_of_the_guards_fails_when_its_forest_is_loaded() -> None:
    with pytest.raises(ModelMismatchError, match=f"column 0 is 'new_column' in the code and '{GUARD_FEATURES[0]}'"):
        shipped_guard(("new_column", *GUARD_FEATURES))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (TITLE_FEATURES[:-1], f"column {len(TITLE_FEATURES) - 1} is missing in the code and '{TITLE_FEATURES[-1]}' in"),
        ((*TITLE_FEATURES, "more"), f"column {len(TITLE_FEATURES)} is 'more' in the code and missing in the model"),
        ((TITLE_FEATURES[1], TITLE_FEATURES[0], *TITLE_FEATURES[2:]), "column 0 is"),
    ],
)
def test_columns_that_are_missing_added_or_in_another_order_are_refused(columns: tuple[str, ...], message: str) -> None:
    with pytest.raises(ModelMismatchError, match=message):
        check_columns("titles.json", {"titles": columns})


def test_columns_that_the_manifest_does_not_know_are_refused() -> None:
    with pytest.raises(ModelMismatchError, match=r"names no columns 'others' of titles\.json"):
        check_columns("titles.json", {"others": ("a",)})


@pytest.mark.parametrize("name", ["blocks.json.gz", "confidence.json", "titles.json"])
def test_a_changed_model_file_is_refused(name: str, folder: Path) -> None:
    # Given a file with one byte more than the manifest's
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    # When it is read, Then it is refused, while the others are not
    with pytest.raises(ModelMismatchError, match=f"{name} has the digest"):
        read_model(name, folder)


def test_a_manifest_of_another_file_is_refused(folder: Path) -> None:
    # Given the manifest of a model that was trained elsewhere
    edit(folder, "titles.json", sha256="0" * 64)
    # When this one is read, Then it is refused
    with pytest.raises(ModelMismatchError, match=r"titles\.json has the digest"):
        read_model("titles.json", folder)
    assert read_model("blocks.json.gz", folder)


def test_a_file_without_an_entry_is_refused(folder: Path) -> None:
    (folder / "other.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelMismatchError, match=r"does not describe other\.json"):
        read_model("other.json", folder)


def test_the_extractors_version_tells_models_apart(folder: Path) -> None:
    assert f"+model.{models_digest()}." in EXTRACTOR.version
    assert models_digest(folder) == models_digest()
    # When one is another, Then so is the digest
    elsewhere = folder.rename(folder.with_name("other"))
    edit(elsewhere, "titles.json", sha256="0" * 64)
    assert models_digest(elsewhere) != models_digest()


def test_every_file_beside_the_manifest_is_described() -> None:
    files = {path.name for path in FOLDER.iterdir() if path.suffix in {".gz", ".json"}} - {"MANIFEST.json"}
    assert set(json.loads((FOLDER / "MANIFEST.json").read_text(encoding="utf-8"))["files"]) == files


def test_the_version_is_known_without_the_models() -> None:
    # Given a new interpreter, When the extractor's version is asked for
    program = (
        "import sys, extractor.contract; "
        "print(sorted({'lxml', 'gzip', 'extractor.body', 'extractor.body.model'} & set(sys.modules) - before))"
    )
    path = [str(ROOT / "functions" / "extract"), str(ROOT / "shared")]
    start = f"import sys; sys.path[:0] = {path!r}; import newsdesk.contracts, newsdesk.web; before = set(sys.modules)\n"
    done = subprocess.run([sys.executable, "-c", start + program], capture_output=True, text=True, check=True)
    # Then neither a library that reads HTML nor what unpacks the models is loaded for it
    assert done.stdout.strip() == "[]"


def test_all_that_is_known_of_a_title_has_a_name_in_the_model() -> None:
    known: set[str] = set()
    for case in page_cases():
        page = read_html(decode_text(case.source.read_bytes()), case.expected["url"])
        if page is not None:
            titles = ranked_titles(page, ("The Courier",), weights={})
            known.update(*(candidate.features for candidate in titles))
    assert len(known) >= 40
    assert known <= set(TITLE_FEATURES)
