"""What a customer made of several profiles is shown with, and which rule chose it. Pure.

The survivor is the profile the others were merged into. Nothing is written over:
`family` applies this at every reading, so parting two profiles restores both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..platform.fact import frozen


@frozen
class Choice:
    """One field's value, the profiles it is from, and the rule that chose it."""

    value: Any
    chosen_from: tuple[str, ...]
    rule: str


Rule = Callable[[str, Sequence[Any]], Choice]


def _survivors(field: str, sources: Sequence[Any]) -> Choice:
    """The survivor's own value; where it has none, the oldest profile's that has one."""
    for source in sources:
        if (value := getattr(source, field)) not in (None, "", [], {}):
            return Choice(value=value, chosen_from=(source.pk,), rule="survivor_first")
    return Choice(value=None, chosen_from=(), rule="survivor_first")


def _union(field: str, sources: Sequence[Any]) -> Choice:
    """Every value of every profile once, the survivor's first."""
    values = list(dict.fromkeys(one for source in sources for one in getattr(source, field) or ()))
    used = tuple(source.pk for source in sources if getattr(source, field))
    return Choice(value=values, chosen_from=used, rule="union")


def _by_key(field: str, sources: Sequence[Any]) -> Choice:
    """Custom fields one by one: the survivor's where it has it, else the oldest profile's."""
    values: dict[str, Any] = {}
    used: list[str] = []
    for source in sources:
        new = {k: v for k, v in (getattr(source, field) or {}).items() if k not in values}
        if new:
            values |= new
            used.append(source.pk)
    return Choice(value=values or None, chosen_from=tuple(used), rule="survivor_first_by_key")


def _oldest(field: str, sources: Sequence[Any]) -> Choice:
    """What the profile that came first says: how the customer first found us."""
    by_age = sorted(sources, key=lambda source: source.created_at)
    choice = _survivors(field, by_age)
    return Choice(value=choice.value, chosen_from=choice.chosen_from, rule="oldest_first")


def _by_hand_then_judged(field: str, sources: Sequence[Any]) -> Choice:
    """A tier set by hand stays; else the survivor's, which is judged over all of the family."""
    by_hand = [source for source in sources if source.tier_by == "hand"]
    if by_hand:
        chosen = by_hand[0]
        return Choice(value=chosen.tier, chosen_from=(chosen.pk,), rule="set_by_hand")
    survivor = sources[0]
    return Choice(value=survivor.tier, chosen_from=(survivor.pk,), rule="judged_together")


#: The table of fields: how each is chosen.
RULES: Mapping[str, Rule] = {
    "name": _survivors,
    "phones": _union,
    "emails": _union,
    "address": _survivors,
    "birthday": _survivors,
    "gender": _survivors,
    "first_channel": _oldest,
    "acquisition": _oldest,
    "attributes": _by_key,
    "tier": _by_hand_then_judged,
}


def choose(survivor: Any, others: Sequence[Any]) -> dict[str, Choice]:
    """Every field's value for a family: the survivor first, the others by age."""
    sources = [survivor, *sorted(others, key=lambda source: (source.created_at, source.pk))]
    return {field: rule(field, sources) for field, rule in RULES.items()}
