"""Entry point of the schedule that watches promised delivery times."""

from __future__ import annotations

from collections.abc import Mapping

from chalice.app import Blueprint

from ..platform import worker
from ..platform.context import begin
from . import promises

bp = Blueprint(__name__)


@bp.schedule("rate(5 minutes)")
@worker.on_schedule
def commerce_check_promises() -> Mapping[str, int]:
    return promises.check(begin())
