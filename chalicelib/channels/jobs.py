"""What the clock starts: renewing access tokens before they end."""

from __future__ import annotations

from collections.abc import Mapping

from chalice.app import Blueprint

from ..platform import worker
from ..platform.context import begin
from . import flows

bp = Blueprint(__name__)


@bp.schedule("rate(15 minutes)")
@worker.on_schedule
def channels_refresh_tokens() -> Mapping[str, int]:
    return flows.renew_due(begin)
