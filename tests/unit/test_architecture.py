"""Dependencies go inward, and every module says what it is for.

Comes in: the source of the functions, the layer and the command line. Goes out: assertions.

Each test is one rule, and its failure lists every module that breaks it, with what it does there.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
LAYER = REPOSITORY / "shared" / "newsdesk"
PACKAGES = {path.parts[-3]: path.parts[-2] for path in sorted(REPOSITORY.glob("functions/*/*/handler.py"))}
"""The package of each function's folder."""
EXTRACTION_LIBRARIES = {"trafilatura", "lxml", "htmldate", "justext", "courlan"}
_READING = REPOSITORY / "functions" / "discover" / "discoverer" / "reading"
MARKUP_PARSERS = {_READING / "trees.py", _READING / "pages.py"}
"""Outside of extract: feeds and sitemaps are read by the same library as pages."""
AWS_LIBRARIES = {"boto3", "botocore"}
ROOTS = [REPOSITORY / "shared", REPOSITORY / "infra", *sorted((REPOSITORY / "functions").iterdir())]


def modules_in(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """The full names of all that a module imports, wherever in it, and through a door by where it is defined."""
    return tuple(name for node in ast.walk(tree_of(path)) for name in names_in(node))


def names_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.module, f"line {node.lineno}: imports are absolute"
        offered = offered_by(node.module)
        yield from (offered.get(alias.name, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def offered_by(package: str) -> dict[str, str]:
    """What a package of ours offers by its door, and the full name of each where it is defined."""
    inner = Path(*package.split("."), "__init__.py")
    doors = [root / inner for root in ROOTS if (root / inner).exists()]
    return {
        alias.name: f"{node.module}.{alias.name}"
        for door in doors
        for node in tree_of(door).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


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


def foreign_imports(paths: Iterable[Path], forbidden: Iterable[str]) -> dict[str, list[str]]:
    """What each module imports from the forbidden packages; modules that import nothing of them are left out."""
    prefixes = tuple(forbidden)
    found = {
        name_of(path): sorted(
            name for name in imports_of(path) if f"{name}.".startswith(tuple(f"{p}." for p in prefixes))
        )
        for path in paths
    }
    return {name: names for name, names in found.items() if names}


def outside(folder: Path, paths: Iterable[Path]) -> list[Path]:
    return [path for path in paths if folder not in path.parents]


def test_only_extract_knows_the_extraction_libraries() -> None:
    elsewhere = outside(REPOSITORY / "functions" / "extract", DEPLOYED)
    assert foreign_imports(set(elsewhere) - MARKUP_PARSERS, EXTRACTION_LIBRARIES) == {}
    assert foreign_imports(MARKUP_PARSERS, EXTRACTION_LIBRARIES - {"lxml"}) == {}


def test_only_the_adapters_know_aws() -> None:
    assert foreign_imports(outside(LAYER / "adapters", DEPLOYED), AWS_LIBRARIES) == {}


def test_functions_do_not_know_one_another() -> None:
    known = {
        verb: foreign_imports(FUNCTIONS[verb], {*PACKAGES.values(), "newsdesk_cli"} - {package})
        for verb, package in PACKAGES.items()
    }
    assert {verb: modules for verb, modules in known.items() if modules} == {}


def test_the_layer_knows_no_function() -> None:
    assert foreign_imports(modules_in(LAYER), {*PACKAGES.values(), "newsdesk_cli", "harness", "tests"}) == {}


def test_rules_do_not_know_the_adapters() -> None:
    clients = {LAYER / "adapters", LAYER / "reader"}  # programs outside the pipeline use the reader, not its rules
    rules = [path for path in modules_in(LAYER) if not clients & set(path.parents)]
    assert foreign_imports(rules, {"newsdesk.adapters"}) == {}


def test_stage_logic_knows_no_handler() -> None:
    logic = [path for paths in FUNCTIONS.values() for path in paths if path.name not in ("handler.py", "__init__.py")]
    assert foreign_imports(logic, {f"{package}.handler" for package in PACKAGES.values()}) == {}


def test_a_functions_logic_knows_neither_adapters_nor_events() -> None:
    # Given the stage of each function: it asks ports for what it needs
    stages = sorted(REPOSITORY.glob("functions/*/*/stage.py"))
    assert {path.parts[-2] for path in stages} == set(PACKAGES.values())
    forbidden = {
        "newsdesk.adapters",
        "newsdesk.runtime.batches",
        "newsdesk.runtime.settings",
        "aws_lambda_powertools",
    }
    assert foreign_imports(stages, forbidden) == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [name_of(path) for path in OURS if not (ast.get_docstring(tree_of(path)) or "").strip()] == []


def test_nothing_deployed_prints() -> None:
    printed = [
        f"{name_of(path)}:{node.lineno}"
        for path in DEPLOYED
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printed == []


def run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """All that runs when a module is imported: class bodies, decorators and defaults, but no body of a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            early = [*getattr(child, "decorator_list", []), *child.args.defaults, *filter(None, child.args.kw_defaults)]
            for part in early:
                yield from (part, *run_at_import(part))
        else:
            yield from (child, *run_at_import(child))


def test_no_setting_is_read_at_import() -> None:
    read = [
        f"{name_of(path)}:{node.lineno}"
        for path in DEPLOYED
        for node in run_at_import(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]
    assert read == []
