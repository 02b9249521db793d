"""Contact forms of web sites: `/webhooks/website[/{account_id}]`.

All they do is in `pages.forms`.
"""

from __future__ import annotations

from typing import ClassVar

from ..pages.forms import FormAdapter, FormProvider
from . import codes


class Website(FormProvider):
    name: ClassVar[str] = codes.PROVIDER
    channels: ClassVar[tuple[str, ...]] = (codes.CHANNEL,)


class WebForm(FormAdapter):
    channel: ClassVar[str] = codes.CHANNEL
    source: ClassVar[str] = codes.SOURCE
    provider: ClassVar[str] = codes.PROVIDER


PROVIDER = Website()
ADAPTER = WebForm()
