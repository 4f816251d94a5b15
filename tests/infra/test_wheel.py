"""The wheel: what is in it, and that it serves readers and operators who have no checkout.

Comes in: the checkout. Goes out: assertions. Changes: builds and installs the wheel in a temporary folder, from this
environment's packages alone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from newsdesk import __version__
from newsdesk_cli.paths import ROOT
from tests.examples import article_bytes, new_state

NEEDS_A_CHECKOUT = 2


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the wheel is installed in, built from a copy so that the checkout stays clean."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    for name in ("shared", "infra"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "sample_site"))
    offline = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]
    pip = [sys.executable, "-m", "pip"]
    run([*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", str(folder), str(source)], folder)
    (wheel,) = folder.glob("*.whl")
    run([*pip, "install", *offline, "--target", str(folder / "site"), str(wheel)], folder)
    return folder / "site"


def run(command: list[str], folder: Path, **variables: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def newsdesk(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "150", "NO_COLOR": "1"}
    command = [sys.executable, str(site / "bin" / "newsdesk"), *arguments]
    return subprocess.run(command, cwd=site.parent, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_it_holds_the_layer_and_the_command_line_and_nothing_of_the_functions(site: Path) -> None:
    # Given / When
    folders = {path.name for path in site.iterdir()} - {f"newsdesk-{__version__}.dist-info", "bin", "__pycache__"}
    # Then
    assert folders == {"newsdesk", "newsdesk_cli"}
    for package, source in (("newsdesk", "shared"), ("newsdesk_cli", "infra")):
        assert python_files(site / package) == python_files(ROOT / source / package)
    assert (site / "newsdesk_cli" / "pages" / "static" / "desk.css").is_file()
    assert (site / "newsdesk_cli" / "pages" / "templates" / "article_alone.html").is_file()


def python_files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*.py")}


def test_its_command_line_knows_its_version_and_helps(site: Path) -> None:
    # When
    version, help_ = newsdesk(site, "--version"), newsdesk(site, "--help")
    # Then
    assert version.stdout.split() == ["newsdesk", __version__]
    assert help_.returncode == 0
    assert "search" in help_.stdout


def test_its_reader_needs_nothing_of_the_functions(site: Path) -> None:
    # Given a folder with a bucket's articles, and a Python without what the functions add to the wheel's dependencies
    program = """
import sys
for name in ("aws_lambda_powertools", "h11", "lxml", "spacy"):
    sys.modules[name] = None
from newsdesk.reader import Reader
from newsdesk.adapters.reading import DynamoCursor, S3Cursor
print(list(Reader(sys.argv[1]).changes()))
"""
    # When, Then
    assert run([sys.executable, "-c", program, str(site)], site.parent, PYTHONPATH=str(site)) == "[]\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("up",),
        ("down",),
        ("status",),
        ("ingest", "https://example.org/a"),
        ("extract", "--manifest", __file__, "--out", "x"),
        ("enrich", "--manifest", __file__, "--out", "x"),
        ("add-page-case", __file__, "--url", "https://example.org/", "--slug", "a"),
        ("search", "--like", "a text", "--stack", "newsdesk"),
    ],
)
def test_a_command_that_needs_a_checkout_says_so_in_one_line(site: Path, arguments: tuple[str, ...]) -> None:
    # When
    done = newsdesk(site, *arguments)
    # Then
    assert done.returncode == NEEDS_A_CHECKOUT
    assert len(done.stderr.splitlines()) == 1
    assert "checkout" in done.stderr


def test_an_article_is_read_by_the_installed_models(site: Path) -> None:
    # Given
    program = """
import json, sys
import newsdesk
from newsdesk.contracts import Article
article = Article.model_validate_json(sys.argv[1])
print(json.dumps([newsdesk.__file__, article.headline]))
"""
    # When
    article = article_bytes(new_state()).decode("utf-8")
    output = run([sys.executable, "-c", program, article], site, PYTHONPATH=str(site))
    # Then
    assert json.loads(output) == [str(site / "newsdesk" / "__init__.py"), "Bridge reopens"]


def test_it_asks_for_what_the_locked_sets_hold_in_the_same_versions() -> None:
    # Given what the groups name, from which the locked sets are compiled
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    # When
    asked = set(project["project"]["dependencies"])
    # Then
    assert not asked.difference(groups["layer"], (name for name in groups["development"] if isinstance(name, str)))
