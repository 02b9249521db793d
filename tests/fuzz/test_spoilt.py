"""Spoilt requests of every provider are refused or become events that can be stored."""

from __future__ import annotations

from hypothesis import given, settings

from tests.contracts.cases import CASES

from . import holding
from .__main__ import SEEDS


@settings(max_examples=1500, deadline=None)
@given(seed=SEEDS)
def test_whatever_comes_is_refused_or_can_be_stored(seed: int) -> None:
    holding.hold(seed)


def test_every_channel_that_hears_is_tried() -> None:
    tried = {one.case.label for one in holding.recorded()}
    assert tried == {case.label for case in CASES if case.hears}
