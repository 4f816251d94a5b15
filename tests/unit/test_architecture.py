"""Dependencies go inward, and every module says what it is for.

Comes in: the source of the functions, the layer and the command line. Goes out: assertions. Changes nothing.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
LAYER = REPOSITORY / "shared" / "newsdesk"
PACKAGES = {path.parts[-3]: path.parts[-2] for path in sorted(REPOSITORY.glob("functions/*/*/handler.py"))}
"""The package of each function's folder."""
EXTRACTION_LIBRARIES = {"trafilatura", "lxml", "htmldate", "justext", "courlan"}
AWS_LIBRARIES = {"boto3", "botocore"}


def modules_in(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[str]:
    """The full names of all modules that a module imports, wherever in it, type checking apart."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: imports are absolute"
            yield node.module or ""


def names_imported_by(path: Path) -> set[str]:
    return {alias.name for node in ast.walk(tree_of(path)) if isinstance(node, ast.ImportFrom) for alias in node.names}


def packages_of(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports_of(path)}


FUNCTIONS = {verb: modules_in(REPOSITORY / "functions" / verb) for verb in PACKAGES}
DEPLOYED = [*modules_in(LAYER), *(path for paths in FUNCTIONS.values() for path in paths)]
OURS = [*DEPLOYED, *modules_in(REPOSITORY / "infra")]


def test_there_is_something_to_look_at() -> None:
    assert LAYER / "articles" / "lifecycle.py" in DEPLOYED
    assert {"submit", "index", "publish", "dispatch"} <= set(FUNCTIONS)
    assert all(FUNCTIONS.values())


def test_the_tools_find_every_function() -> None:
    # Given the two tools that cannot search for folders
    tools = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    # When
    tested, typed = tools["pytest"]["ini_options"]["pythonpath"], tools["mypy"]["mypy_path"].split(":")
    # Then
    folders = {f"functions/{verb}" for verb in PACKAGES}
    assert folders == {path for path in tested if path.startswith("functions/")}
    assert folders == {path for path in typed if path.startswith("functions/")}
    assert set(PACKAGES.values()) <= set(tools["mypy"]["packages"])


@pytest.mark.parametrize("path", DEPLOYED, ids=name_of)
def test_only_extract_knows_the_extraction_libraries(path: Path) -> None:
    if path not in FUNCTIONS.get("extract", []):
        assert not packages_of(path) & EXTRACTION_LIBRARIES


@pytest.mark.parametrize("path", DEPLOYED, ids=name_of)
def test_only_the_adapters_know_aws(path: Path) -> None:
    if (LAYER / "adapters") not in path.parents:
        assert not packages_of(path) & AWS_LIBRARIES


@pytest.mark.parametrize("verb", FUNCTIONS)
def test_functions_do_not_know_one_another(verb: str) -> None:
    others = {*PACKAGES.values(), "newsdesk_cli"} - {PACKAGES[verb]}
    assert {name_of(path): packages_of(path) & others for path in FUNCTIONS[verb] if packages_of(path) & others} == {}


@pytest.mark.parametrize("path", modules_in(LAYER), ids=name_of)
def test_the_layer_knows_no_function(path: Path) -> None:
    assert not packages_of(path) & {*PACKAGES.values(), "newsdesk_cli", "harness", "tests"}


@pytest.mark.parametrize("path", modules_in(LAYER), ids=name_of)
def test_rules_do_not_know_the_adapters(path: Path) -> None:
    if (LAYER / "adapters") not in path.parents:
        assert not [name for name in imports_of(path) if name.startswith("newsdesk.adapters")]


@pytest.mark.parametrize(
    "path",
    [path for paths in FUNCTIONS.values() for path in paths if path.name not in ("handler.py", "__init__.py")],
    ids=name_of,
)
def test_stage_logic_knows_no_handler(path: Path) -> None:
    assert not [name for name in imports_of(path) if name.endswith(".handler")]


@pytest.mark.parametrize("verb", FUNCTIONS)
def test_a_functions_logic_knows_neither_adapters_nor_events(verb: str) -> None:
    stage = REPOSITORY / "functions" / verb / PACKAGES[verb] / "stage.py"
    if stage.exists():
        forbidden = (
            "newsdesk.adapters",
            "newsdesk.runtime.batches",
            "aws_lambda_powertools",
            "newsdesk.runtime.settings",
        )
        assert not [name for name in imports_of(stage) if name.startswith(forbidden)]


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert (ast.get_docstring(tree_of(path)) or "").strip()


@pytest.mark.parametrize("path", DEPLOYED, ids=name_of)
def test_nothing_deployed_prints(path: Path) -> None:
    calls = [node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "print"]


@pytest.mark.parametrize("path", DEPLOYED, ids=name_of)
def test_no_setting_is_read_at_import(path: Path) -> None:
    for statement in tree_of(path).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for node in ast.walk(statement):
            reads = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            assert not reads, f"line {statement.lineno}"
