"""How long a function takes to begin, and its memory: INIT under Lambda's own runtime protocol, then its first work.

Comes in: the checkout. Goes out: the figures. Changes: builds packages in a temporary folder, starts and ends processes
on loopback.

    .venv/bin/python benchmarks/cold_start.py [--function enrich] [--python /path/to/python3.13] [--runs 5]

Extract's first work is a page that its child reads, enrich's an English article, for which the model is loaded,
and articles of the greatest length that is parsed; of other functions INIT and memory alone are measured.

The runtime interface emulator lies in the aws-sam-cli package, the runtime interface client comes from PyPI. As on
Lambda, where a package's folder is read-only, no bytecode is written: every start is a cold one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "infra"), str(ROOT / "shared")]

import samcli.local

from newsdesk_cli.packages import Target, build_package, source_folder
from newsdesk_cli.templates import function_variables, load_template

ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")

_IMPORT = """
import importlib, os, resource
importlib.import_module(os.environ["_HANDLER"].rpartition(".")[0])
used = resource.getrusage(resource.RUSAGE_SELF)
print(1000 * (used.ru_utime + used.ru_stime), used.ru_maxrss / 1024)
"""

_FIRST_PAGE = """
import sys, time
started = time.perf_counter()
from extractor.contract import PageToRead
from extractor.reading import ChildReader
from datetime import UTC, datetime
body = b"<h1>Title</h1>" + b"<p>A sentence that is long enough to be one of an article.</p>" * 9
page = PageToRead(body, "text/html", "https://news.example/a", datetime.now(UTC))
reader = ChildReader()
begun = time.perf_counter()
reader.start()
spawned = time.perf_counter()
reader(page)
first = time.perf_counter()
reader(page)
second = time.perf_counter()
print(*(round(1000 * it, 1) for it in (spawned - begun, first - begun, second - first)))
reader.close()
"""

_FIRST_ARTICLES = """
import importlib, os, resource, sys, time
importlib.import_module("enricher.handler")
from enricher.composer import compose, default_enrichers
from enricher.ports import Document
enrichers = default_enrichers()
def milliseconds(body):
    started = time.process_time()
    compose(Document(body), enrichers)
    return 1000 * (time.process_time() - started)
def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
german = "Der Minister sagte am Montag in Berlin, dass die Regierung das Gesetz im Herbst vorlegen werde. " * 9
english = "The minister said on Monday in Berlin that the government would bring in the law in autumn. " * 9
figures = [milliseconds(german), memory(), milliseconds(english), milliseconds(english), memory()]
news = (f"Mayor {chr(65 + n % 26)}enna Lo{n} told {n} people near Paris that rain fell." for n in range(1000))
milliseconds(" ".join(news))
figures.append(memory())
for odd in ("\\"\u201c" * 30_000, "(" * 60_000, "A b. " * 12_000, "said " * 12_000):
    milliseconds(english + odd)
print(*figures, memory())
"""

FIRST_WORK = {
    "extract": (
        _FIRST_PAGE,
        ("to start the child", "from there to the first page, read", "the second page"),
    ),
    "enrich": (
        _FIRST_ARTICLES,
        (
            "processor time of a first article in German",
            "memory then (MB)",
            "processor time of a first article in English, the model loaded",
            "of a second one",
            "memory then (MB)",
            "memory after one of 60,000 characters (MB)",
            "memory after odd ones of that length (MB)",
        ),
    ),
}
"""By function: a program that prints figures, and their names; milliseconds unless they say otherwise."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--function", default="extract", help="the name of its folder")
    parser.add_argument("--python", default=sys.executable, help="the interpreter to run the function with")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    version = _output(arguments.python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    with tempfile.TemporaryDirectory() as folder:
        packages = Path(folder)
        target = replace(Target.this_machine(), python=version)
        resource = f"{arguments.function.title()}Function"
        function = build_package(resource, source_folder(f"functions/{arguments.function}"), packages, target)
        layer = build_package("SharedLayer", source_folder("shared"), packages, target)
        client = packages / "client"
        uv = str(Path(sys.executable).with_name("uv"))
        where = ["--target", str(client), "--python-version", version, "--python-platform", target.platform]
        subprocess.run([uv, "pip", "install", "--quiet", "--only-binary", ":all:", *where, "awslambdaric"], check=True)
        path = os.pathsep.join(map(str, (function.folder, layer.folder / "python", client)))
        environment = _environment(resource, arguments.function, function.folder, path)
        inits = [_init(arguments.python, environment, function.folder) for _ in range(arguments.runs)]
        print(
            f"Python {version}, {platform.machine()}, {os.cpu_count()} processors, {arguments.runs} runs, "
            f"load {os.getloadavg()[0]:.1f}"
        )
        print(f"INIT under the runtime emulator: {_figures(inits)}")
        _print_first_work(arguments, environment)


def _environment(resource: str, name: str, folder: Path, path: str) -> dict[str, str]:
    """Return the environment that Lambda gives the function."""
    return {
        **_settings(resource),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "LAMBDA_TASK_ROOT": str(folder),
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": path,
        "_HANDLER": _properties(resource)["Handler"],
    }


def _print_first_work(arguments: argparse.Namespace, environment: dict[str, str]) -> None:
    spent, memory = zip(*_rows(arguments, _IMPORT, environment), strict=True)
    print(f"processor time of the interpreter and the handler's imports: {_figures(spent)}")
    print(f"memory then: {max(memory):.0f} MB")
    program, names = FIRST_WORK.get(arguments.function, ("", ()))
    rows = _rows(arguments, program, environment) if program else []
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        print(f"{name}: {_figures(values) if 'MB' not in name else f'{max(values):.0f}'}")


def _rows(arguments: argparse.Namespace, program: str, environment: dict[str, str]) -> list[list[float]]:
    """Run a program in this many processes, and return the numbers that each printed."""
    outputs = (_output(arguments.python, "-c", program, environment=environment) for _ in range(arguments.runs))
    return [[float(number) for number in output.split()] for output in outputs]


def _init(python: str, environment: dict[str, str], folder: Path) -> float:
    """Start the function under the emulator, invoke it once with an empty batch, and return what INIT took."""
    rapid = Path(samcli.local.__path__[0]) / "rapid"
    emulator = rapid / f"aws-lambda-rie-{ARCHITECTURES[platform.machine()]}"
    invoked, runtime = _free_port(), _free_port()
    addresses = [
        "--runtime-interface-emulator-address", f"127.0.0.1:{invoked}",
        "--runtime-api-address", f"127.0.0.1:{runtime}",
    ]  # fmt: skip
    with (folder.parent / "emulator.log").open("w+") as log:
        process = subprocess.Popen(
            [str(emulator), *addresses, python, "-m", "awslambdaric", environment["_HANDLER"]],
            env=environment, cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            answer = _invoke(f"http://127.0.0.1:{invoked}/2015-03-31/functions/function/invocations")
            deadline = time.monotonic() + 10
            while not (found := INIT.search(_text(log.name))) and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            process.terminate()
            process.wait()
        if found is None or answer != {"batchItemFailures": []}:
            raise SystemExit(f"{answer}\n{_text(log.name)}")
        return float(found[1])


def _invoke(url: str) -> object:
    deadline = time.monotonic() + 30
    while True:
        with suppress(urllib.error.URLError, ConnectionError):
            request = urllib.request.Request(url, json.dumps({"Records": []}).encode())
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        if time.monotonic() > deadline:
            raise SystemExit("the emulator does not answer")
        time.sleep(0.05)


def _properties(resource: str) -> dict[str, Any]:
    properties: dict[str, Any] = load_template(ROOT / "template.yaml")["Resources"][resource]["Properties"]
    return properties


def _settings(resource: str) -> dict[str, str]:
    template = load_template(ROOT / "template.yaml")
    parameters = template["Parameters"]
    return {
        name: str(parameters.get(value["Ref"], {}).get("Default", "a-name") if isinstance(value, dict) else value)
        for name, value in function_variables(template, resource).items()
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _output(*command: str, environment: dict[str, str] | None = None) -> str:
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def _text(name: str) -> str:
    return Path(name).read_text(encoding="utf-8", errors="replace")


def _figures(values: Sequence[float]) -> str:
    return f"median {statistics.median(values):.0f} ms, {min(values):.0f} to {max(values):.0f}"


if __name__ == "__main__":
    main()
