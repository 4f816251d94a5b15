"""How fast and how cheaply one warm worker fetches, beside plain httpx and urllib3.

Comes in: nothing but numbers of rounds. Goes out: tables on standard output, and JSON with ``--json FILE``. Changes:
opens sockets on loopback, starts processes of its own and ends them.

    .venv/bin/python benchmarks/fetch.py [--rounds N] [--fetches N] [--json FILE]

All clients take turns within every round, in one process, over kept connections to the same servers, so that the ratios
within a round mean something where single times do not. httpx and urllib3 do what they do as they come: they check no
address, keep no total deadline, cap nothing, record no head, and take a truncated gzip for a page.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
_PATH = [str(_ROOT / "shared"), str(_ROOT / "functions" / "fetch")]
sys.path[:0] = _PATH

_HOSTS = 5
_THREADS = 10
_CLIENTS = ("newsdesk", "httpx", "urllib3")
_PAGES = ("/plain", "/gzip")
_MEGABYTES = 5

Fetch = Callable[[str], int]
"""Fetches a URL and returns how long the decoded page is."""


def page_of(size: int) -> bytes:
    """Return something like a news page: words, not noise, and the same every time."""
    choice = random.Random(20260314)
    words = ["harbour", "bridge", "council", "vote", "ferry", "<p>", "</p>", "minister", "said", "on", "the", "of"]
    text = " ".join(choice.choice(words) for _ in range(size // 5))
    return f"<html><body>{text}</body></html>".encode()[:size]


def serve() -> None:
    """Answer on a few ports until standard input closes; print the ports first."""
    plain, large = page_of(60_000), page_of(_MEGABYTES << 20)
    answers = {
        b"/plain": _answer(plain),
        b"/gzip": _answer(gzip.compress(plain, mtime=0), b"Content-Encoding: gzip\r\n"),
        b"/large": _answer(gzip.compress(large, mtime=0), b"Content-Encoding: gzip\r\n"),
    }
    listeners = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(_HOSTS)]
    print(*(listener.getsockname()[1] for listener in listeners), flush=True)

    def converse(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        while part := connection.recv(65536):
            received += part
            if received.endswith(b"\r\n\r\n"):
                connection.sendall(answers[received.split(b" ", 2)[1]])
                received = b""

    def accept(listener: socket.socket) -> None:
        while True:
            threading.Thread(target=converse, args=(listener.accept()[0],), daemon=True).start()

    for listener in listeners:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
    sys.stdin.read()


def _answer(body: bytes, more: bytes = b"") -> bytes:
    fields = b"Content-Type: text/html; charset=utf-8\r\nServer: benchmark\r\nCache-Control: max-age=60\r\n" + more
    return b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (fields, len(body), body)


@contextmanager
def servers() -> Iterator[list[str]]:
    """Run the servers in a process of their own; yield their origins."""
    with subprocess.Popen(
        [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield [f"http://127.0.0.1:{port}" for port in process.stdout.readline().split()]
        assert process.stdin is not None
        process.stdin.close()


def client(name: str) -> Fetch:
    """Return a client that keeps its connections."""
    if name == "newsdesk":
        from newsdesk.web import parse_networks
        from newsdesk.web.transport import FetchRequest, HttpFetcher, egress_guard

        egress_guard.install()
        fetcher = HttpFetcher("NewsdeskBenchmark/1", allowed=parse_networks(["127.0.0.1/32"]))
        return lambda url: len(fetcher.fetch(FetchRequest(url)).body)
    if name == "httpx":
        import httpx

        plain = httpx.Client(trust_env=False)
        return lambda url: len(plain.get(url).content)
    import urllib3

    pool = urllib3.PoolManager(num_pools=20, maxsize=_THREADS)
    headers = {"Accept-Encoding": "gzip, deflate, br, zstd", "User-Agent": "plain"}
    return lambda url: len(pool.request("GET", url, headers=headers).data)


def throughput(origins: list[str], rounds: int, fetches: int) -> list[dict[str, Any]]:
    """Let the clients take turns; return a row for each of them, page and number of threads."""
    clients = {name: client(name) for name in _CLIENTS}
    rows = []
    for threads in (1, _THREADS):
        for page in _PAGES:
            urls = [f"{origins[number % len(origins)]}{page}" for number in range(fetches)]
            spent: dict[str, list[tuple[float, float]]] = {name: [] for name in _CLIENTS}
            for turn in range(rounds + 1):
                order = list(_CLIENTS)
                random.Random(turn).shuffle(order)
                for name in order:
                    figures = _run(clients[name], urls, threads)
                    if turn:  # the first round warms up
                        spent[name].append(figures)
            for name in _CLIENTS:
                ratios = [ours[0] / theirs[0] for ours, theirs in zip(spent["newsdesk"], spent[name], strict=True)]
                rows.append(
                    {
                        "client": name,
                        "page": page,
                        "threads": threads,
                        "per_second": round(fetches / statistics.median(wall for wall, _ in spent[name])),
                        "cpu_ms": round(statistics.median(cpu for _, cpu in spent[name]) * 1000 / fetches, 3),
                        "newsdesk_takes": round(statistics.median(ratios), 2),
                        "newsdesk_takes_from_to": [round(min(ratios), 2), round(max(ratios), 2)],
                    }
                )
    return rows


def _run(fetch: Fetch, urls: list[str], threads: int) -> tuple[float, float]:
    started, processor = time.perf_counter(), time.process_time()
    if threads == 1:
        for url in urls:
            fetch(url)
    else:
        with ThreadPoolExecutor(threads) as executor:
            list(executor.map(fetch, urls))
    return time.perf_counter() - started, time.process_time() - processor


def memory(origin: str) -> dict[str, dict[str, float]]:
    """Return what each client's peak rises by, in MiB: during many small pages, and for a large one."""
    found = {}
    for name in _CLIENTS:
        done = subprocess.run(
            [sys.executable, __file__, "--peak", name, origin], capture_output=True, text=True, check=True
        )
        found[name] = json.loads(done.stdout)
    return found


def peak(name: str, origin: str) -> None:
    """Print the peaks of one client in this process."""

    def forget() -> float:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # proc(5): the peak begins anew
        return high_water()

    def high_water() -> float:
        with Path("/proc/self/status").open(encoding="ascii") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))

    fetch = client(name)
    fetch(f"{origin}/plain")
    before = forget()
    for _ in range(200):
        fetch(f"{origin}/gzip")
    pages = high_water() - before
    before = forget()
    fetch(f"{origin}/large")
    print(json.dumps({"during_200_pages": round(pages, 2), "large_page": round(high_water() - before, 2)}))


def import_times(repeats: int) -> dict[str, float]:
    """Return milliseconds: the median of whole processes that import and end, less one that only ends."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(_PATH)}
    environment |= {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
    names = [
        "",
        "newsdesk.web.transport.client",
        "fetcher.handler",
        "botocore.session, aws_lambda_powertools, pydantic",
        "httpx",
        "urllib3",
    ]
    taken: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(repeats + 1):
        for name in names:
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import sys, {name}" if name else ""], env=environment, check=True)
            taken[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(times[1:]) * 1000 for name, times in taken.items()}
    return {name: round(value - medians[""], 1) for name, value in medians.items() if name}


def heaviest_imports(count: int = 8) -> list[str]:
    """Return what takes longest to import by itself in the fetch function, as ``-X importtime`` tells."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import fetcher.handler"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_PATH), "AWS_DEFAULT_REGION": "eu-west-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", done.stderr)
    packages: dict[str, int] = {}
    for microseconds, module in lines:
        package = module.partition(".")[0]
        packages[package] = packages.get(package, 0) + int(microseconds)
    heaviest = sorted(packages.items(), key=lambda item: -item[1])[:count]
    return [f"{package} {microseconds / 1000:.0f} ms" for package, microseconds in heaviest]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help="rounds that count")
    parser.add_argument("--fetches", type=int, default=500, help="pages for each client in each round")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--peak", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve()
        return
    if arguments.peak:
        peak(*arguments.peak)
        return

    with servers() as origins:
        rows = throughput(origins, arguments.rounds, arguments.fetches)
        peaks = memory(origins[0])
    imports, heaviest = import_times(arguments.rounds), heaviest_imports()
    print_tables(rows, peaks, imports, arguments.rounds)
    print(f"fetcher.handler, by package: {', '.join(heaviest)}")
    if arguments.json:
        report = {"throughput": rows, "peak_mebibytes": peaks, "import_ms": imports, "heaviest": heaviest}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def print_tables(
    rows: list[dict[str, Any]], peaks: dict[str, dict[str, float]], imports: dict[str, float], rounds: int
) -> None:
    """Print a table each of throughput, of memory and of import times."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=f"60 KB pages of {_HOSTS} local hosts over kept connections, medians of {rounds} rounds")
    for column in ("threads", "page", "client", "pages a second", "CPU ms a page", "Newsdesk's time to its", "from to"):
        table.add_column(column)
    for row in rows:
        low, high = row["newsdesk_takes_from_to"]
        table.add_row(
            str(row["threads"]), row["page"], row["client"], str(row["per_second"]), f"{row['cpu_ms']:.3f}",
            f"{row['newsdesk_takes']:.2f}", f"{low:.2f} to {high:.2f}",
        )  # fmt: skip
    console.print(table)
    table = Table("client", "during 200 pages", f"then one of {_MEGABYTES} MB, gzip", title="Peak memory, MiB more")
    for name, figures in peaks.items():
        table.add_row(name, str(figures["during_200_pages"]), str(figures["large_page"]))
    console.print(table)
    table = Table("import", "ms", title="Import time, a bare interpreter's start taken off")
    for name, milliseconds in imports.items():
        table.add_row(name, f"{milliseconds:.0f}")
    console.print(table)


if __name__ == "__main__":
    main()
