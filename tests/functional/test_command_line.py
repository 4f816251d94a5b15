"""The command line where it needs no stack: usage, exit codes, the manifests.

Comes in: the launcher of this checkout, run as a user would. Goes out: assertions. Changes: temporary files.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsdesk import __version__
from newsdesk_cli.app import app, main
from newsdesk_cli.ingestion import Result, read_urls
from newsdesk_cli.paths import ROOT

PAGE = ROOT / "infra" / "sample_site" / "pages" / "harbour-bridge-reopens.html"


def newsdesk(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    nobody = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none"}
    environment = {**os.environ, **nobody, "COLUMNS": "150", "NO_COLOR": "1", **variables}
    return subprocess.run(
        [sys.executable, str(ROOT / "infra" / "newsdesk_cli"), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
        timeout=100,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest",),
        ("ingest", "https://example.org/", "--allow-network", "not-a-network"),
        ("ingest", "https://example.org/", "--allow-network", "127.0.0.1/8"),
        ("ingest", "https://example.org/", "--wait", "-1"),
        ("ingest", "--from", "no-such-file"),
        ("submit", "--stack", "s"),
        ("submit", "--stack", "s", "--from", "no-such-file"),
        ("submit", "--stack", "s", "https://example.org/", "--priority", "urgent"),
        ("submit", "--stack", "s", "https://example.org/", "--tag", "t" * 65),
        ("submit", "--stack", "s", "https://example.org/", "--correlation-id", "c" * 129),
        ("show",),
        ("search",),
        ("search", "--like", "a text", "--limit", "0"),
        ("search", "--like", ""),
        ("search", "--like", " \t\n\u3000"),
        ("search", "--like", "a word " * 2_000),
        ("extract", "--manifest", "no-such-file", "--out", "x"),
        ("extract",),
        ("extract", "--explain", "no-such-file"),
        ("extract", "--explain", "x", "--manifest", __file__),
        ("add-page-case", __file__, "--url", "https://example.org/", "--slug", "Not A Slug"),
        ("no-such-command",),
    ],
)
def test_bad_usage_exits_with_2_and_says_why(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given
    monkeypatch.setattr(sys, "argv", ["newsdesk", *arguments])
    # When
    code = main()
    # Then
    assert code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        "ingest",
        "submit",
        "up",
        "down",
        "status",
        "show",
        "search",
        "redrive",
        "takedown",
        "reprocess",
        "list",
        "tail",
        "forget-host",
        "embed",
        "extract",
        "enrich",
        "add-page-case",
    ],
)
def test_every_command_helps_with_an_example(command: str) -> None:
    # When
    done = CliRunner().invoke(app, [command, "--help"])
    # Then
    assert done.exit_code == 0
    assert f"Example: newsdesk {command}" in done.stdout


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    # When
    done = newsdesk("--version", folder=tmp_path)
    # Then
    assert done.returncode == 0
    assert done.stdout.split() == ["newsdesk", __version__]


def test_help_loads_neither_the_clients_nor_the_models(tmp_path: Path) -> None:
    # Given
    program = """
import sys
from newsdesk_cli.app import app
app(["--help"], standalone_mode=False)
slow = {"boto3", "botocore", "pydantic", "pygments", "rich.markdown", "starlette", "jinja2", "extractor", "enricher"}
assert not slow & sys.modules.keys()
"""
    path = os.pathsep.join(str(ROOT / folder) for folder in ("shared", "infra"))
    # When
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
        timeout=100,
    )
    # Then
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout


def test_pages_of_a_manifest_become_articles(tmp_path: Path) -> None:
    # Given a page, the same page gzipped, and a line that names no file
    (tmp_path / "page.html").write_bytes(PAGE.read_bytes())
    (tmp_path / "page.html.gz").write_bytes(gzip.compress(PAGE.read_bytes()))
    lines = [
        {"id": name, "url": "https://courier.example/a", "path": name} for name in ("page.html", "page.html.gz", "no")
    ]
    manifest = tmp_path / "pages.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    # When
    done = newsdesk("extract", "--manifest", str(manifest), "--out", "articles.jsonl", folder=tmp_path)
    # Then
    assert done.returncode == 0, done.stderr
    plain, gzipped, missing = map(json.loads, (tmp_path / "articles.jsonl").read_bytes().splitlines())
    assert plain["title"] == plain["headline"] == "Harbour bridge reopens after fourteen months of repairs"
    assert plain["text"] == plain["articleBody"]
    assert plain["authors"] == ["Orla Pengelly"]
    assert plain["date_published"] == plain["datePublished"]
    assert {**gzipped, "id": plain["id"]} == plain
    assert missing["id"] == "no"
    assert missing["text"] == ""
    assert missing["error"]


def test_texts_of_a_manifest_are_enriched(tmp_path: Path) -> None:
    # Given
    manifest = tmp_path / "texts.jsonl"
    text = "Die Stadt Wendlitz hat am Mittwoch beschlossen, das alte Schwimmbad zu erhalten und zu sanieren."
    manifest.write_text(json.dumps({"id": 7, "title": "Das Stadtbad bleibt", "text": text}) + "\n")
    # When
    done = newsdesk("enrich", "--manifest", str(manifest), "--out", "enrichments.jsonl", folder=tmp_path)
    # Then
    assert done.returncode == 0, done.stderr
    enrichment = json.loads((tmp_path / "enrichments.jsonl").read_text())
    assert enrichment["id"] == 7
    assert enrichment["language"]["code"] == "de"


def test_a_line_that_cannot_be_enriched_is_reported_in_one_line(tmp_path: Path) -> None:
    # Given a line without a text among others
    manifest = tmp_path / "texts.jsonl"
    manifest.write_text('{"id": 1, "text": "Das Bad bleibt."}\n{"id": 2, "text": null}\n')
    # When
    done = newsdesk("enrich", "--manifest", str(manifest), "--out", "enrichments.jsonl", folder=tmp_path)
    # Then
    assert done.returncode == 1, done.stderr
    complaint, summary = done.stderr.splitlines()
    assert complaint.startswith("newsdesk: line 2: text: ")
    assert re.findall(r"\b\d+\b", summary)[:2] == ["2", "1"]


def test_a_list_that_is_no_text_is_bad_usage(tmp_path: Path) -> None:
    # Given
    (tmp_path / "urls.txt").write_bytes(b"https://a.example/\xff\xfe\n")
    # When
    done = newsdesk("ingest", "--from", "urls.txt", folder=tmp_path)
    # Then
    assert done.returncode == 2
    assert "not UTF-8" in done.stderr


def test_an_output_that_is_a_file_is_bad_usage_before_anything_starts(tmp_path: Path) -> None:
    # Given
    (tmp_path / "out").write_text("")
    # When / Then
    assert newsdesk("ingest", "https://a.example/", "--out", "out", folder=tmp_path).returncode == 2


def test_a_stack_that_cannot_be_asked_is_no_traceback(tmp_path: Path) -> None:
    # When nobody answers
    nowhere = "http://127.0.0.1:9"
    done = newsdesk("status", "--stack", "none", "--region", "eu-west-1", folder=tmp_path, AWS_ENDPOINT_URL=nowhere)
    # Then
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_list_of_urls_may_have_comments_and_blank_lines() -> None:
    lines = ["# a list", "", "  https://a.example/ ", "https://b.example/#live # ours", "https://c.example/\t#"]
    assert read_urls([*lines, "   # nothing"]) == [
        "https://a.example/",
        "https://b.example/#live",
        "https://c.example/",
    ]


def test_an_outcomes_line_has_the_documented_fields() -> None:
    # Given
    result = Result("https://a.example/", "failed", "timeout", article_id="a" * 26, detail="timeout: 20 s")
    # When
    line = json.loads(result.line())
    # Then
    assert list(line)[:7] == ["url", "outcome", "reason", "articleId", "revision", "key", "headline"]
    assert (line["outcome"], line["reason"]) == ("failed", "timeout")
