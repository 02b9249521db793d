"""How long a cold start imports, against the bare libraries every handler stands on.

Called by `__main__`. Each measurement is a fresh process that counts the CPU
seconds of its own imports and of making the AWS clients the handler uses,
nothing of the interpreter's start. Ours and the bare one alternate and the best
of each counts: noise only adds. Deployed handlers import their own module only
(their handler string), HTTP imports `app`.
"""

from __future__ import annotations

import os
import subprocess
import sys

from app import app
from infra.names import ROOT
from infra.packaging.wiring import Function, Kind, describe
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
import {module}
from chalicelib.platform.aws import client
for service in {services}: client(service)
"""


def figures(*, rounds: int) -> list[Figure]:
    """One figure a function: the best of its import times over the bare libraries' best."""
    return [_figure(function, rounds) for function in describe(app)]


def _figure(function: Function, rounds: int) -> Figure:
    services = OTHERS.get(function.name, CLIENTS[function.kind])
    module = function.handler.rpartition(".")[0]
    bare = _CLOCK.format(_BARE.format(services=services))
    ours = _CLOCK.format(_OURS.format(module=module, services=services))
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(rounds + 1)][1:]
    mine, theirs = (min(times) for times in zip(*pairs, strict=True))
    return Figure(
        name=f"import.{function.name}",
        value=round(mine / theirs, 3),
        bound=BOUNDS.get(function.kind, WORKERS),
        unit="× bare libraries",
        detail={"ms": round(mine * 1000), "bare_ms": round(theirs * 1000), "clients": services},
    )


def _seconds(program: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.splitlines()[-1])
