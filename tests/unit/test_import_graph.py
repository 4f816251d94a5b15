"""Imports go down, through doors, and never in a circle.

Comes in: the source of the functions, the layer and the command line. Goes out: assertions.

Every import counts, whether it stands at the top of a module, inside a function, or is for type checkers only.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
ROOTS = (REPOSITORY / "shared", REPOSITORY / "infra", *sorted((REPOSITORY / "functions").iterdir()))
ORDERED = ("newsdesk", "extractor", "enricher")
EACH_MODULE_IS_A_DOOR = frozenset({"newsdesk.adapters"})
URL_PARSERS = frozenset(
    {f"urllib.parse.{name}" for name in ("urlsplit", "urlparse", "urljoin", "urlunsplit", "urldefrag")}
    | {"urllib.parse", "urllib.parse."}  # the module itself, by either form of import
)
MAY_READ_URLS_BY_URLLIB = frozenset({"newsdesk.web.urls"})


@dataclass(frozen=True)
class Import:
    """One name that a module imports: from where, and which."""

    module: str
    source: str
    name: str
    line: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.name} from {self.source}"


@cache
def modules() -> Mapping[str, Path]:
    """Every module of ours by its dotted name; a package by that of its ``__init__``."""
    found = {}
    for root in ROOTS:
        for path in root.rglob("*.py"):
            parts = path.relative_to(root).with_suffix("").parts
            if "compile" not in parts:
                found[".".join(parts).removesuffix(".__init__")] = path
    return found


@cache
def packages() -> frozenset[str]:
    """Sub-packages, which have a door."""
    names = {name for name, path in modules().items() if path.name == "__init__.py" and "." in name}
    return frozenset(names - EACH_MODULE_IS_A_DOOR)


@cache
def imports() -> tuple[Import, ...]:
    return tuple(found for module, path in modules().items() for found in imports_in(module, path))


def imports_in(module: str, path: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (Import(module, node.module, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (Import(module, alias.name, "", node.lineno) for alias in node.names)


def target_of(found: Import) -> str | None:
    """The module of ours that is meant: the source itself, or its submodule of that name."""
    inner = f"{found.source}.{found.name}"
    return inner if inner in modules() else found.source if found.source in modules() else None


def package_of(module: str) -> str | None:
    """The innermost sub-package that a module stands in."""
    return max((name for name in packages() if f"{module}.".startswith(f"{name}.")), key=len, default=None)


@cache
def door_of(package: str) -> frozenset[str]:
    tree = ast.parse(modules()[package].read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


@cache
def order_of(root: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a package's order, the lowest first, as its docstring has them."""
    text = ast.get_docstring(ast.parse(modules()[root].read_text(encoding="utf-8"))) or ""
    order = " ".join(re.findall(r"^    (.+)$", text, re.MULTILINE))
    return tuple(tuple(f"{root}.{name.strip()}" for name in row.split(",")) for row in order.split("<"))


def part_of(module: str) -> str | None:
    """The part of the order that a module belongs to: the longest name there that it begins with."""
    root = module.partition(".")[0]
    parts = [name for row in order_of(root) for name in row if f"{module}.".startswith(f"{name}.")]
    return max(parts, key=len, default=None)


def test_no_modules_import_each_other_in_a_circle() -> None:
    # Given who imports whom, a door counting as a module of its own
    graph: dict[str, set[str]] = {name: set() for name in modules()}
    for found in imports():
        target = target_of(found)
        if target is not None and target != found.module:
            graph[found.module].add(target)
    # When modules that import nothing which is left, and those that nothing which is left imports, are taken away
    left = dict(graph)
    while free := {
        name
        for name, targets in left.items()
        if not targets & left.keys() or not any(name in others for others in left.values())
    }:
        left = {name: targets for name, targets in left.items() if name not in free}
    # Then none is left; those that are make up the circles
    assert {name: sorted(targets & left.keys()) for name, targets in left.items()} == {}


def test_sub_packages_are_entered_by_their_doors() -> None:
    # Given every import of something inside a sub-package by a module outside of it
    wrong = []
    for found in imports():
        target = target_of(found)
        package = package_of(target) if target is not None else None
        if package is None or f"{found.module}.".startswith(f"{package}."):
            continue
        # Then it names the package, and something that the package's door offers
        if found.source != package or found.name not in door_of(package):
            wrong.append(str(found))
    assert wrong == []


@pytest.mark.parametrize("package", sorted(packages()))
def test_a_door_offers_what_it_has(package: str) -> None:
    own = {found.name for found in imports() if found.module == package and found.source.startswith(package)}
    assert own == door_of(package)


@pytest.mark.parametrize("root", ORDERED)
def test_imports_go_down(root: str) -> None:
    # Given the order of a package's parts
    height = {name: row for row, names in enumerate(order_of(root)) for name in names}
    wrong = []
    for found in imports():
        target = target_of(found)
        if found.module.partition(".")[0] != root or target is None or target.partition(".")[0] != root:
            continue
        here, there = part_of(found.module), part_of(target)
        # Then what a part imports stands below it; the package itself holds nothing but its version
        if here is not None and there is not None and here != there and height[here] <= height[there]:
            wrong.append(str(found))
    assert wrong == []


@pytest.mark.parametrize("root", ORDERED)
def test_every_part_has_its_place_in_the_order(root: str) -> None:
    assert [name for name in modules() if name.startswith(f"{root}.") and part_of(name) is None] == []
    assert [name for row in order_of(root) for name in row if name not in modules()] == []


def test_urls_are_parsed_in_one_module() -> None:
    wrong = [
        str(found)
        for found in imports()
        if not found.module.startswith("newsdesk_cli")
        and found.module not in MAY_READ_URLS_BY_URLLIB
        and (found.source == "can_ada" or f"{found.source}.{found.name}" in URL_PARSERS)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("folder", "foreign"),
    [
        ("tests", {"benchmarks"}),
        ("benchmarks", {"tests"}),
        ("training", {"tests", "benchmarks"}),
        ("harness", {"tests", "benchmarks"}),
    ],
)
def test_what_tests_and_benchmarks_share_stands_in_the_harness(folder: str, foreign: set[str]) -> None:
    wrong = [
        str(found)
        for path in sorted((REPOSITORY / folder).rglob("*.py"))
        for found in imports_in(str(path.relative_to(REPOSITORY)), path)
        if found.source.partition(".")[0] in foreign
    ]
    assert wrong == []


def test_only_html_imports_the_library_of_trees() -> None:
    wrong = [
        str(found)
        for found in imports()
        if found.module.startswith("extractor.")
        and not found.module.startswith("extractor.html.")
        and found.source.partition(".")[0] == "lxml"
    ]
    assert wrong == []


def test_the_parent_process_of_extract_loads_no_html_library() -> None:
    # Given a new interpreter, When extract's handler is imported
    program = "import sys, extractor.handler; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    path = [str(REPOSITORY / "functions" / "extract"), str(REPOSITORY / "shared")]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    # Then no library that reads HTML is there
    assert not {"lxml", "trafilatura", "htmldate", "justext", "courlan"} & set(done.stdout.split())
