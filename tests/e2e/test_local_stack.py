"""The local stack as a user has it: started, used, left up, stopped; and nothing left behind when we crash.

Comes in: the checkout's command line. Goes out: assertions. Changes: starts and ends processes in temporary folders.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from newsdesk_cli.local_stack import LocalStack
from newsdesk_cli.paths import ROOT, TEMPLATE
from newsdesk_cli.sample_site import SampleSite
from newsdesk_cli.templates import load_template

_START = """
import sys
from pathlib import Path
sys.path[:0] = [{infra!r}, {shared!r}]
from newsdesk_cli.local_stack import LocalStack
with LocalStack(Path({folder!r})).running():
    print("up", flush=True)
    sys.stdin.readline()
    {ending}
"""


def processes_of(folder: Path) -> list[int]:
    """The processes that work in a folder, or below it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                working = (entry / "cwd").resolve()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if working.is_relative_to(folder) and state != "Z":
                found.append(int(entry.name))
    return found


def wait_until_gone(folder: Path, seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while processes_of(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def starter(folder: Path, ending: str = "pass") -> subprocess.Popen[str]:
    code = _START.format(infra=str(ROOT / "infra"), shared=str(ROOT / "shared"), folder=str(folder), ending=ending)
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_command_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    # Given a command that has just started the stack
    with starter(tmp_path) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "up\n"
        assert processes_of(tmp_path)
        # When it is killed
        os.kill(command.pid, signal.SIGKILL)
    # Then
    assert wait_until_gone(tmp_path)


def test_a_command_that_fails_leaves_no_process_behind(tmp_path: Path) -> None:
    # Given / When
    with starter(tmp_path, "raise RuntimeError('a mistake of ours')") as command:
        _, _ = command.communicate("go\n")
    # Then
    assert command.returncode == 1
    assert wait_until_gone(tmp_path)


def test_a_stack_outlives_the_command_and_remembers_its_port_and_its_data(tmp_path: Path) -> None:
    # Given a stack that a command started and left
    with starter(tmp_path) as command:
        command.communicate("go\n")
    assert command.returncode == 0
    local = LocalStack(tmp_path)
    first = local.find()
    assert first is not None
    first.s3.put_object(Bucket=first.bucket, Key="inbox/a.txt", Body=b"kept")
    # When it is stopped and started again
    assert local.stop()
    assert wait_until_gone(tmp_path)
    assert local.find() is None
    with local.running() as second:
        # Then
        assert second.endpoint == first.endpoint
        assert second.outputs == first.outputs
        assert second.s3.get_object(Bucket=second.bucket, Key="inbox/a.txt")["Body"].read() == b"kept"
    assert local.stop()
    assert not local.stop(), "there is nothing to stop any more"


def test_what_one_command_set_does_not_outlive_it(tmp_path: Path) -> None:
    # Given a stack that was used without politeness, on a private network
    local = LocalStack(tmp_path)

    def settings(**wanted: Any) -> dict[str, str]:
        with local.running(**wanted) as stack:
            name = stack.resources["FetchFunction"]
            mappings = stack.functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
            assert [mapping["State"] for mapping in mappings] == ["Enabled"], "it gets messages again"
            return stack.functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    rude = settings(allowed_networks=["127.0.0.1/32"], interval_seconds=0)
    assert (rude["NEWSDESK_CRAWL_INTERVAL_SECONDS"], rude["NEWSDESK_ALLOWED_NETWORKS"]) == ("0", "127.0.0.1/32")
    # When the next command asks for neither
    usual = settings()
    # Then the template's settings hold again
    default = load_template(TEMPLATE)["Parameters"]["CrawlIntervalSeconds"]["Default"]
    assert (usual["NEWSDESK_CRAWL_INTERVAL_SECONDS"], usual["NEWSDESK_ALLOWED_NETWORKS"]) == (str(default), "")
    assert local.stop()


def test_two_commands_at_once_share_one_stack(tmp_path: Path) -> None:
    # Given / When
    with starter(tmp_path) as one, starter(tmp_path) as other:
        for command in (one, other):
            assert command.stdout is not None
            assert command.stdout.readline() == "up\n"
        for command in (one, other):
            command.communicate("go\n")
    # Then
    assert (one.returncode, other.returncode) == (0, 0)
    local = LocalStack(tmp_path)
    assert local.find() is not None
    assert local.stop()
    assert wait_until_gone(tmp_path)


def test_ingest_prints_a_table_mirrors_the_bucket_and_says_what_waits(tmp_path: Path) -> None:
    # Given a page that is there, one that is not, and one whose server is in trouble
    launcher = [sys.executable, str(ROOT / "infra" / "newsdesk_cli")]
    folder = tmp_path / "out"
    environment = {**os.environ, "NEWSDESK_HOME": str(tmp_path / "home")}
    with SampleSite() as site:
        urls = [site.url("/2026/11/20/harbour-bridge-reopens"), site.url("/status/404"), site.url("/status/503")]
        (tmp_path / "urls.txt").write_text("# three\n" + "\n".join(urls) + "\n")
        # When
        done = subprocess.run(
            [*launcher, "ingest", "--from", str(tmp_path / "urls.txt"), "--out", str(folder), "--wait", "60",
             "--allow-network", "127.0.0.1/32"],
            capture_output=True, text=True, check=False, timeout=300, env=environment,
        )  # fmt: skip
        strange = subprocess.run(
            [*launcher, "show", site.url("/[/b]")],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=environment,
        )
        shown = subprocess.run(
            [*launcher, "show", "--json", urls[0]],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env=environment,
        )
    subprocess.run([*launcher, "down"], check=True, capture_output=True, timeout=60, env=environment)
    # Then
    assert done.returncode == 3, done.stderr
    lines = [json.loads(line) for line in (folder / "outcomes.jsonl").read_bytes().splitlines()]
    assert [line["url"] for line in lines] == urls
    assert [line["outcome"] for line in lines[:2]] == ["indexed", "failed"]
    unended = lines[2]["outcome"]
    assert unended in ("waiting", "in flight")  # it may be tried again just when the time is over
    assert lines[1]["reason"] == "not_found"
    assert ("nextDue" in lines[2]) == (unended == "waiting")
    article = json.loads((folder / lines[0]["key"]).read_bytes())
    assert article["headline"] == lines[0]["headline"]
    assert json.loads(shown.stdout) == article
    assert strange.returncode == 1
    assert "/[/b]" in strange.stderr
    assert "Traceback" not in strange.stderr
    assert "Harbour bridge reopens" in done.stdout
    assert f"3 URLs: 1 indexed, 1 failed, 1 {unended}" in done.stdout
    for prefix in ("raw/v1/127.0.0.1", "articles/v1", "changes/v1", "schemas/article.v1.json"):
        assert (folder / prefix).exists()
