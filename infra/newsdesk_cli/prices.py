"""AWS's list prices, as far as a stack is billed by them.

Comes in: nothing. Goes out: US dollars. Region us-east-1, on demand, without the free tier, savings plans or taxes.

They were looked up on 30 November 2026, in public copies of the services' price pages; AWS's own pages say what holds:
``https://aws.amazon.com/NAME/pricing/``, with the names in :data:`PRICES`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """What so many of something cost.

    Attributes
    ----------
    dollars : float
        For one.
    service : str
        The service's name in the address of its price page.
    what : str
        What is counted.
    """

    dollars: float
    service: str
    what: str


_MILLION = 1_000_000

PRICES: dict[str, Price] = {
    "write_unit": Price(0.625 / _MILLION, "dynamodb", "a write of up to 1 KB, on demand; twice in a transaction"),
    "read_unit": Price(0.125 / _MILLION, "dynamodb", "a consistent read of up to 4 KB, on demand"),
    "table_gigabyte_month": Price(0.25, "dynamodb", "a gigabyte in a table or an index for a month"),
    "recovery_gigabyte_month": Price(0.20, "dynamodb", "a gigabyte under point-in-time recovery for a month"),
    "s3_put": Price(5.0 / _MILLION, "s3", "a PUT, COPY, POST or LIST; deletions are free"),
    "s3_get": Price(0.4 / _MILLION, "s3", "a GET or HEAD"),
    "s3_gigabyte_month": Price(0.023, "s3", "a gigabyte in S3 Standard for a month, up to 50 TB"),
    "s3_tag_month": Price(0.0065 / 10_000, "s3", "a tag of an object for a month"),
    "sqs_request": Price(0.4 / _MILLION, "sqs", "a request to a standard queue, of up to 64 KB and ten messages"),
    "event": Price(1.0 / _MILLION, "eventbridge", "a custom event of up to 64 KB"),
    "lambda_request": Price(0.2 / _MILLION, "lambda", "an invocation"),
    "lambda_gigabyte_second": Price(0.0000133334, "lambda", "a gigabyte for a second on arm64, up to 7.5 billion"),
    "log_gigabyte": Price(0.50, "cloudwatch", "a gigabyte of logs taken in"),
    "athena_terabyte": Price(5.0, "athena", "a terabyte that queries read"),
    "metric_month": Price(0.30, "cloudwatch", "a custom metric for a month, up to 10,000"),
    "alarm_month": Price(0.10, "cloudwatch", "an alarm for a month"),
}
"""What is billed, by the names that :mod:`newsdesk_cli.costs` uses."""
