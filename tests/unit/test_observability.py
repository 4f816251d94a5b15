"""What is written to the log: no secrets, one line of metrics for each status, whatever threads do.

Comes in: log calls, numbers, and a handler. Goes out: assertions on standard output.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from aws_lambda_powertools.metrics.provider import cold_start
from aws_lambda_powertools.utilities.typing import LambdaContext
from hypothesis import example, given
from hypothesis import strategies as st

from harness.aws import FakeLambdaContext
from newsdesk.runtime import Metric, count, instrumented, logger, measure
from newsdesk.web import parse_url, scrub
from newsdesk.web.urls import REMOVED

SECRET = "S3cr3tT0ken"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What our logger writes."""
    stream = io.StringIO()
    handler = cast(logging.StreamHandler[Any], logger.logger_handler)
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before or handler.stream)


def context() -> LambdaContext:
    return cast(LambdaContext, FakeLambdaContext(30_000))


def metric_lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines() if '"_aws"' in line]


# ------------------------------------------------------------------------------------------------ secrets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET https://n.example/a?token=x failed", f"GET https://n.example/a?{REMOVED} failed"),
        ("GET https://n.example?token=x", f"GET https://n.example?{REMOVED}"),
        ("https://n.example/a#access_token=x.", f"https://n.example/a#{REMOVED}"),
        ("https://me:pass@n.example/a", "https://n.example/a"),
        ("https://me:p@ss@n.example/a", "https://n.example/a"),
        ("target '/a?token=two words' is bad", f"target '/a?{REMOVED}"),
        ('<Request("GET", "https://n.example/a?b=it\'s")>', f'<Request("GET", "https://n.example/a?{REMOVED}'),
        ("b'/a?token=x' and more", f"b'/a?{REMOVED}"),
        ("https://n.example/it's?token=x failed\nfor once", f"https://n.example/it's?{REMOVED}\nfor once"),
        ("is https://n.example/a?b=it's", f"is https://n.example/a?{REMOVED}"),
        ("redirected to //n.example/a?x=1, twice", f"redirected to //n.example/a?{REMOVED} twice"),
        ("https://n.example/a?x=https://m.example/b?y=1", f"https://n.example/a?{REMOVED}"),
        ("what? no address here", "what? no address here"),
        ("a 'quoted question?' is none", "a 'quoted question?' is none"),
        ("article#abc of raw/v1/n.example/x.warc.gz", "article#abc of raw/v1/n.example/x.warc.gz"),
        ("write to desk@n.example", "write to desk@n.example"),
    ],
)
def test_a_log_text_loses_what_may_be_secret_and_nothing_else(text: str, expected: str) -> None:
    assert scrub(text) == expected
    assert scrub(expected) == expected


url_words = st.text(st.sampled_from("ab/%&=;:@!$()*+,~^|{}[]\"' é<>\\?#"), max_size=12)
secret_urls = st.builds(
    "{}://{}{}/{}?{}token={}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["", f"user:{SECRET}@"]),
    st.sampled_from(["n.example", "n.example:8080", "[2001:db8::1]", "bücher.example"]),
    st.text(st.sampled_from("ab/%&=;:!$()*+,~^|é"), max_size=8),
    url_words,
    st.just(SECRET),
    st.sampled_from(["", f"#{SECRET}", f"&next=https://m.example/?{SECRET}"]),
)
wrappings = st.sampled_from(
    ["{}", "GET {} failed", "<{}>", "({})", "error: {}; again", "{{'url': {}}}", "[{}]", "a\nb {}\nc"]
)


@given(secret_urls, wrappings)
def test_no_secret_of_a_quoted_url_is_logged_however_odd_it_is(text: str, wrapping: str) -> None:
    # Given an error that repeats raw input, as Python quotes it
    assert SECRET not in scrub(wrapping.format(repr(text)))


@given(secret_urls.filter(lambda text: "@" not in text), wrappings)
@example("https://n.example/a?token=S3cr3tT0ken", "GET {} failed")
def test_no_secret_of_a_parsed_url_is_logged(text: str, wrapping: str) -> None:
    # Given a URL as it is after parsing, bare in a text
    url = parse_url(text.replace("\\", "").replace(" ", "%20"))
    assert SECRET not in scrub(wrapping.format(url.href))
    assert SECRET not in scrub(wrapping.format(url.target))


@pytest.mark.slow
def test_scrubbing_ends_whatever_the_text() -> None:
    # Given texts of a megabyte on which careless patterns take hours, When they are scrubbed, Then that ends
    for part in ("a", "/", "'", "'/", "//", "://", "//@", "'\\", "'\"", "#", "://#", "'?", "/? ", "\\"):
        text = part * (1_000_000 // len(part))
        assert scrub(text), part


def test_no_part_of_a_log_line_tells_a_secret(lines: io.StringIO) -> None:
    # Given an error within an error, both with a URL in their texts
    url = f"https://user:{SECRET}@n.example/a?token={SECRET}"
    try:
        try:
            raise ConnectionError(f"cannot reach {url}")
        except ConnectionError as inner:
            inner.add_note(f"while asking for {url}")
            raise ValueError(f"bad answer from {url!r}") from inner
    except ValueError:
        # When it is logged, with the URL in every other place too
        logger.exception(
            "failed at %s",
            url,
            extra={
                "url": url,
                "hops": [url, {"location": url}],
                "request": parse_url(url.replace(f"user:{SECRET}@", "")),
            },
        )

    # Then the line is JSON that names the place and not the secret
    line = json.loads(lines.getvalue())
    assert SECRET not in lines.getvalue()
    assert line["message"] == f"failed at https://n.example/a?{REMOVED}"
    assert line["hops"] == [f"https://n.example/a?{REMOVED}", {"location": f"https://n.example/a?{REMOVED}"}]
    assert "ConnectionError: cannot reach https://n.example/a?" in line["exception"]
    assert "ValueError: bad answer from 'https://n.example/a?" in line["exception"]
    # And the traceback is there once
    assert lines.getvalue().count("Traceback") == 2  # of the error and of the one within it
    assert "stack_trace" not in line


def test_a_log_line_keeps_its_numbers(lines: io.StringIO) -> None:
    logger.info("counted", extra={"pages": 3, "seconds": 0.5, "done": True})
    line = json.loads(lines.getvalue())
    assert (line["pages"], line["seconds"], line["done"]) == (3, 0.5, True)


def test_no_text_costs_its_line(lines: io.StringIO) -> None:
    logger.info("a lone \ud800 surrogate")
    assert json.loads(lines.getvalue().replace("\\", "\\\\"))["message"] == "a lone \\ud800 surrogate"
    lines.getvalue().encode("utf-8")


# ------------------------------------------------------------------------------------------------ metrics


@instrumented
def busy_handler(event: dict[str, Any], context: LambdaContext) -> str:
    """Count and measure from many threads, as a batch of records does."""

    def handle(number: int) -> None:
        count(Metric.PAGES_FETCHED, "fetched" if number % 5 else "failed")
        measure(Metric.BYTES_RECEIVED, number, "fetched" if number % 5 else "failed")

    with ThreadPoolExecutor(20) as executor:
        list(executor.map(handle, range(event["records"])))
    if event.get("breaks"):
        raise RuntimeError("broken")
    return "done"


@pytest.fixture(autouse=True)
def _warm(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A process that has handled something before, and has nothing left to write."""
    monkeypatch.setattr(cold_start, "is_cold_start", False)
    busy_handler({"records": 0}, context())
    capsys.readouterr()


def test_an_invocation_writes_one_line_for_each_status(capsys: pytest.CaptureFixture[str]) -> None:
    # When fifty records are counted and measured in twenty threads
    assert busy_handler({"records": 50}, context()) == "done"

    # Then there are two lines, complete, with no dimension but service, stage and status
    failed, fetched = metric_lines(capsys.readouterr().out)
    assert (failed["status"], failed["PagesFetched"]) == ("failed", [10.0])
    assert (fetched["status"], fetched["PagesFetched"]) == ("fetched", [40.0])
    assert sorted(fetched["BytesReceived"] + failed["BytesReceived"]) == list(range(50))
    (directive,) = fetched["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Newsdesk"
    assert sorted(directive["Dimensions"][0]) == ["service", "stage", "status"]
    assert {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]} == {
        "PagesFetched": "Count",
        "BytesReceived": "Bytes",
    }


def test_two_stacks_of_one_account_are_two_series(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given what the templates of two stacks set
    found = []
    for namespace, service, stage in (("Newsdesk", "newsdesk", "dev"), ("News/Ours", "desk", "prod")):
        monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", namespace)
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", service)
        monkeypatch.setenv("NEWSDESK_STAGE_NAME", stage)

        # When their functions count the same, and start
        monkeypatch.setattr(cold_start, "is_cold_start", True)
        busy_handler({"records": 1}, context())
        lines = metric_lines(capsys.readouterr().out)
        assert {line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in lines} == {namespace}
        assert {line["service"] for line in lines} == {service}
        found += [line["stage"] for line in lines if "PagesFetched" in line]

    # Then each has its own
    assert found == ["dev", "prod"]


def test_a_line_has_nothing_that_its_log_group_says(lines: io.StringIO) -> None:
    # Given
    @instrumented
    def talkative_handler(event: dict[str, Any], context: LambdaContext) -> None:
        logger.info("hello")

    # When
    talkative_handler({}, context())
    line = json.loads(lines.getvalue().splitlines()[-1])
    # Then the stack, the service and the function are not in it: all lines of a log group are of one function
    assert line.keys() <= {
        "level",
        "message",
        "timestamp",
        "cold_start",
        "function_request_id",
        "xray_trace_id",
    }


def test_a_line_of_trouble_says_where_it_was_written(lines: io.StringIO) -> None:
    @instrumented
    def troubled_handler(event: dict[str, Any], context: LambdaContext) -> None:
        logger.warning("trouble")

    troubled_handler({}, context())
    assert "troubled_handler" in json.loads(lines.getvalue().splitlines()[-1])["location"]


def test_the_next_invocation_begins_at_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    busy_handler({"records": 2}, context())
    capsys.readouterr()
    busy_handler({"records": 0}, context())
    assert metric_lines(capsys.readouterr().out) == []


def test_more_values_than_a_line_takes_are_written_in_several(capsys: pytest.CaptureFixture[str]) -> None:
    busy_handler({"records": 400}, context())
    lines = metric_lines(capsys.readouterr().out)
    assert sorted(value for line in lines for value in line.get("BytesReceived", [])) == list(range(400))
    assert sum(value for line in lines for value in line.get("PagesFetched", [])) == 400
    assert max(len(line.get("BytesReceived", [])) for line in lines) <= 100


def test_an_invocation_that_breaks_writes_what_it_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError):
        busy_handler({"records": 4, "breaks": True}, context())
    assert {line["status"] for line in metric_lines(capsys.readouterr().out)} == {"fetched", "failed"}


def test_a_process_counts_its_cold_start_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a new process
    monkeypatch.setattr(cold_start, "is_cold_start", True)

    # When it handles two events, Then the first is its cold start, by the function's name
    busy_handler({"records": 0}, context())
    busy_handler({"records": 0}, context())
    (line,) = metric_lines(capsys.readouterr().out)
    assert line["ColdStart"] == [1.0]
    assert set(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]) == {"function_name", "service"}
