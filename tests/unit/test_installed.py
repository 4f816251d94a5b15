"""The installed package: what operates a deployed stack runs on the packages that it declares, and on no others.

Comes in: the project's dependencies. Goes out: assertions, made in fresh processes where nothing else can be imported.
"""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
import tomllib
from itertools import chain

import pytest

import newsdesk_cli
from newsdesk_cli.paths import ROOT

NEEDS_A_CHECKOUT = frozenset(
    f"newsdesk_cli.{name}"
    for name in (
        "__main__",
        "dashboard",
        "deployment",
        "documents",
        "local_ingest",
        "local_stack",
        "ministack_server",
        "page_cases",
        "single_page",
        "smoke",
        "tables",
        "templates",
        "trial",
    )
)
"""Modules of commands that build functions, run them, or write the repository's documents."""

# What the environment has and the installed package does not ask for, by the names that it is imported by.
UNDECLARED = ("aws_lambda_powertools", "yaml", "h11", "lxml", "trafilatura", "spacy", "numpy", "trustme", "ministack")

_HIDING = """
import importlib, json, sys
sys.path[:0], hidden, given = json.loads(sys.argv[1])
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hidden())
"""
_IMPORTS = f"""{_HIDING}
failed = {{}}
for name in given:
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed[name] = str(error)
print(json.dumps(failed))
"""
_COMMAND = f"""{_HIDING}
sys.argv = ["newsdesk", *given]
from newsdesk_cli.app import main
sys.exit(main())
"""
_PATH = [str(ROOT / "shared"), str(ROOT / "infra")]


def run(script: str, argument: object) -> subprocess.CompletedProcess[str]:
    functions = [folder.name for folder in (ROOT / "functions").iterdir()]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",  # where nobody answers
        "AWS_MAX_ATTEMPTS": "1",
    }
    given = json.dumps([_PATH, [*UNDECLARED, *functions], argument])
    command = [sys.executable, "-c", script, given]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def modules_of(package: object) -> list[str]:
    assert hasattr(package, "__path__")
    assert hasattr(package, "__name__")
    return [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]


def test_the_command_line_loads_without_what_it_does_not_declare() -> None:
    names = sorted({*modules_of(newsdesk_cli)} - NEEDS_A_CHECKOUT)
    assert len(names) > 40
    answer = run(_IMPORTS, names)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["search", "bridge"],
        ["query", "SELECT 1"],
        ["takedown", "https://example.org/", "--reason", "test", "--yes"],
        ["sources", "list"],
    ],
    ids=" ".join,
)
def test_a_command_says_in_one_line_that_aws_does_not_answer(arguments: list[str]) -> None:
    # Given an address where nobody answers, When a command of a deployed stack asks there
    answer = run(_COMMAND, [*arguments, "--stack", "newsdesk", "--region", "eu-west-1"])
    # Then it ends with one line that says what helps
    assert (answer.returncode, len(answer.stderr.splitlines())) == (1, 1), answer.stderr
    assert "AWS cannot be reached" in answer.stderr


def test_what_is_hidden_is_what_the_package_does_not_declare() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = " ".join([*project["dependencies"], *chain(*project["optional-dependencies"].values())])
    assert [name for name in UNDECLARED if name.replace("_", "-") in declared.lower()] == []
