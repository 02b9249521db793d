"""How long a cold start imports, against the bare libraries every handler stands on.

Called by `__main__`. Each measurement is a fresh process that counts the CPU
seconds of its own imports and of making the AWS clients the handler uses,
nothing of the interpreter's start. Ours and the bare one alternate and the best
of each counts: noise only adds. Deployed handlers import their own module only
(their handler string), HTTP imports `app` and, for a request, the modules of its area.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

from app import ROUTES, app
from infra.names import ROOT
from infra.packaging.wiring import API_HANDLER, Function, Kind, describe
from tests.bench.figure import Figure

#: AWS services of each kind of handler; what a handler really asks is in the ledger.
CLIENTS = {
    Kind.HTTP: ("dynamodb", "sqs", "kms"),
    Kind.AUTHORIZER: ("dynamodb",),
    Kind.QUEUE: ("dynamodb",),
    Kind.STREAM: ("sqs",),
    Kind.SCHEDULE: ("dynamodb", "sqs"),
    Kind.PLAIN: ("dynamodb",),
}
#: Where a handler needs others than its kind.
OTHERS = {
    "intake_on_inbound": ("dynamodb", "kms"),  # credentials of accounts
    "channels_refresh_tokens": ("dynamodb", "kms"),
    "conversations_on_outbound": ("dynamodb", "kms"),
}
BOUNDS = {Kind.HTTP: 1.5}
WORKERS = 1.25
FIRST_REQUEST = 1.75  # with the modules of the largest area; a webhook has the app's own

_CLOCK = "import time; began = time.process_time()\n{}\nprint(time.process_time() - began)"
_BARE = """
import chalice.app, pynamodb.models, pynamodb.attributes, pynamodb.transactions, pynamodb.indexes
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics
from aws_lambda_powertools.utilities.batch import BatchProcessor
from pydantic import BaseModel
class One(BaseModel):
    name: str
Logger(service="bare")
import botocore.session
session = botocore.session.get_session()
for service in {services}: session.create_client(service, region_name="ap-southeast-1")
"""
_OURS = """
{program}
from chalicelib.platform.aws import client
for service in {services}: client(service)
"""


def figures(*, rounds: int) -> list[Figure]:
    """One figure a function: the best of its import times over the bare libraries' best.

    And one for the first request to each of the areas that most modules answer.
    """
    functions = [figure_of(function, rounds) for function in describe(app)]
    return functions + [_first_request(area, rounds) for area in _largest_areas()]


def figure_of(function: Function, rounds: int) -> Figure:
    """How long one function's cold start imports."""
    services = OTHERS.get(function.name, CLIENTS[function.kind])
    module = function.handler.rpartition(".")[0]
    bound = BOUNDS.get(function.kind, WORKERS)
    return _figure(function.name, f"import {module}", bound=bound, clients=services, rounds=rounds)


def _largest_areas() -> list[str]:
    counted = Counter(area for areas in ROUTES.values() for area in areas.split())
    return [area for area, _ in counted.most_common(3)]


def _first_request(area: str, rounds: int) -> Figure:
    answers = [module for module, areas in ROUTES.items() if area in areas.split()]
    return _figure(
        f"{API_HANDLER}.{area}",
        f"import app; app.app.register({answers})",
        bound=FIRST_REQUEST,
        clients=CLIENTS[Kind.HTTP],
        rounds=rounds,
    )


def _figure(
    name: str, program: str, *, bound: float, clients: tuple[str, ...], rounds: int
) -> Figure:
    bare = _CLOCK.format(_BARE.format(services=clients))
    ours = _CLOCK.format(_OURS.format(program=program, services=clients))
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(rounds + 1)][1:]
    mine, theirs = (min(times) for times in zip(*pairs, strict=True))
    return Figure(
        name=f"import.{name}",
        value=round(mine / theirs, 3),
        bound=bound,
        unit="× bare libraries",
        detail={"ms": round(mine * 1000), "bare_ms": round(theirs * 1000), "clients": clients},
    )


def _seconds(program: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT), "AWS_LAMBDA_FUNCTION_NAME": "bench"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.splitlines()[-1])
