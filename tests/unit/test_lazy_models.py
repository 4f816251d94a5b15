"""Models are built when they are first used, once each, whatever the number of threads.

Comes in: a fresh process, threads. Goes out: assertions.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import pytest
from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema

from newsdesk.contracts import LazyModel
from newsdesk.runtime import FunctionSettings
from newsdesk_cli.paths import TEMPLATE
from newsdesk_cli.templates import function_packages, load_template

_BUILT_AT_IMPORT = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv.pop(1))
for package in sys.argv[1:]:
    importlib.import_module(f"{package}.handler")
from pydantic import BaseModel
def below(model):
    for each in model.__subclasses__():
        yield each
        yield from below(each)
ours = [model for model in below(BaseModel) if model.__module__.split(".")[0] in ("newsdesk", *sys.argv[1:])]
print(len(ours) > 50, *(model.__name__ for model in ours if model.__pydantic_complete__))
"""
_THREADS = 8


class _Slow:
    """Takes its time to become part of a validator, and counts how often it did."""

    built = 0

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema of what it annotates."""
        type(self).built += 1
        time.sleep(0.05)
        return handler(source)


class _Told(LazyModel):
    """A model that nothing else uses."""

    number: Annotated[int, _Slow()]


class _Settings(FunctionSettings):
    """Settings as a function has them."""

    table_name: str
    limit: int = 3


def test_importing_the_functions_builds_no_model() -> None:
    # When
    packages = sorted(set(function_packages(load_template(TEMPLATE)).values()))
    program = [sys.executable, "-c", _BUILT_AT_IMPORT, json.dumps(sys.path)]
    done = subprocess.run([*program, *packages], capture_output=True, text=True, check=True, timeout=60)
    # Then none but the two strings that name the extractor
    assert done.stdout.split() == ["True", "ModelProvenance"]


def test_threads_that_need_a_model_at_once_build_it_once() -> None:
    # Given
    together = threading.Barrier(_THREADS)

    def read(number: int) -> int:
        together.wait()
        return _Told.model_validate({"number": str(number)}).number

    # When
    with ThreadPoolExecutor(_THREADS) as executor:
        read_ones = list(executor.map(read, range(_THREADS)))
    # Then
    assert (read_ones, _Slow.built) == (list(range(_THREADS)), 1)


class TestSettings:
    @pytest.fixture(autouse=True)
    def variables(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NEWSDESK_TABLE_NAME", "articles")
        monkeypatch.setenv("NEWSDESK_LIMIT", "7")
        monkeypatch.setenv("NEWSDESK_UNKNOWN", "1")

    def test_the_environment_sets_them(self) -> None:
        assert _Settings.read() == _Settings(table_name="articles", limit=7)

    def test_what_is_missing_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NEWSDESK_TABLE_NAME")
        with pytest.raises(ValidationError, match="table_name"):
            _Settings.read()

    def test_what_is_no_number_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NEWSDESK_LIMIT", "many")
        with pytest.raises(ValidationError, match="limit"):
            _Settings.read()
