"""Entry point of the schedule that reads calendars' feeds again."""

from __future__ import annotations

from collections.abc import Mapping

from chalice.app import Blueprint

from ..platform import worker
from ..platform.context import begin
from . import importing

bp = Blueprint(__name__)


@bp.schedule("cron(30 18 * * ? *)")
@worker.on_schedule
def calendars_refresh_feeds() -> Mapping[str, int]:
    """At half past one in the morning in Vietnam."""
    return importing.refresh(begin())
