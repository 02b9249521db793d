"""Structured logs and metrics: ids and codes, never names, phones or texts.

Used by http and worker, which log one line per outcome; flows do not log.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from traceback import extract_tb
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from .settings import SETTINGS

logger: Logger = Logger(service="lien-mach", level=SETTINGS.log_level, use_rfc3339=True, utc=True)

_metrics_lock = threading.Lock()  # Metrics accumulates per process, threads run only locally


def crashed(what: str, error: BaseException, **ids: str) -> None:
    """Log an error nobody foresaw: its type and where it came from.

    Never its message, nor what it was made from: both may quote a customer.
    """
    where = [f"{at.filename}:{at.lineno} {at.name}" for at in extract_tb(error.__traceback__)]
    logger.error(f"{what} crashed", extra={"error": type(error).__name__, "where": where, **ids})


def count(name: str, *, value: float = 1, **dimensions: str) -> None:
    """Write one metric at once, as an embedded-metric line on standard output."""
    with _metrics_lock:
        metrics = Metrics(namespace="LienMach", service="lien-mach")
        metrics.clear_metrics()
        for key, text in dimensions.items():
            metrics.add_dimension(name=key, value=text)
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
        line: Mapping[str, Any] = metrics.serialize_metric_set()
        metrics.clear_metrics()
        # One write, under the lock: lines of two threads must not run into each other.
        print(json.dumps(line, separators=(",", ":")) + "\n", end="", flush=True)
