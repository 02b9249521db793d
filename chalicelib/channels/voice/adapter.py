"""Telephone calls, by every provider that carries them: `registry` finds `ADAPTERS` here."""

from __future__ import annotations

from .caresoft import CareSoftCalls
from .esms import EsmsCalls
from .omicall import OmicallCalls
from .stringee import StringeeCalls
from .twilio import TwilioCalls
from .voicecloud import VoiceCloudCalls
from .voip24h import Voip24hCalls
from .zorio import ZorioCalls

ADAPTERS = (
    StringeeCalls(),
    VoiceCloudCalls(),
    Voip24hCalls(),
    OmicallCalls(),
    ZorioCalls(),
    CareSoftCalls(),
    TwilioCalls(),
    EsmsCalls(),
)
