"""`ADAPTERS`: the channel `sms`, by each provider that carries it. The registry loads them here."""

from __future__ import annotations

from ..base import Adapter
from .esms import Esms
from .sns import Sns
from .speedsms import SpeedSms
from .twilio import TwilioSms

ADAPTERS: tuple[Adapter, ...] = (TwilioSms(), Esms(), SpeedSms(), Sns())
