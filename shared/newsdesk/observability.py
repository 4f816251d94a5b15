"""One logger, one set of metrics, one tracer for each function.

Comes in: the environment that Powertools reads. Goes out: its loggers and metrics. Changes: writes JSON log lines and
embedded metrics to standard output. URLs go through :func:`newsdesk.urls.loggable_url` first: query strings carry
secrets.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

logger = Logger(service="newsdesk", utc=True)
metrics = Metrics(namespace="Newsdesk", service="newsdesk")


def count(name: str, status: str, value: float = 1.0) -> None:
    """Count something by status.

    Parameters
    ----------
    name : str
        A plural noun, such as ``PagesFetched``.
    status : str
        One of a small closed set; never a URL or a host.
    """
    with single_metric(name=name, unit=MetricUnit.Count, value=value, namespace="Newsdesk") as metric:
        metric.add_dimension(name="status", value=status)
