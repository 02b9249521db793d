"""Nothing of a person is kept that does not follow them, is not given out and does not end."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import chalicelib
from chalicelib.platform import store
from chalicelib.platform.belongings import Belongings, Owned
from chalicelib.reactions import BELONGINGS
from tests.meta.models import models_below

#: Items that are of no customer, each with the reason why.
IMPERSONAL = {
    "EventItem": "ids and codes only: the log stays for ever, and tells of nobody once they go",
    "Control": "answers kept for repeats end with their customer (platform.idempotency); the rest"
    " are tokens, marks, counters and the ledger of erasures: digests and ids",
    "Department": "the organisation's own",
    "Team": "the organisation's own",
    "Agent": "those who work here, no customers",
    "ChannelAccount": "the organisation's own pages and shops",
    "Product": "what is sold",
    "ProductWord": "words of products",
    "ProductWords": "words of products",
    "Metric": "figures of a branch or an agent by day",
    "Known": "a look at several kinds of the profiles table at once, never written",
    "Blocked": "numbers and addresses of the organisation's own, which identify nobody",
    "Segment": "a condition, not who meets it",
    "Count": "how many, not who",
    "Bucket": "how many, not who",
    "FieldList": "which custom fields there are, not what is in them",
}


def belongings() -> dict[str, Belongings]:
    return {name: import_module(f"chalicelib.{name}.belongings").BELONGINGS for name in BELONGINGS}


def items() -> list[type[store.Item]]:
    """Every model that is stored: what others only build on is not."""
    found = (model for model in models_below(chalicelib) if issubclass(model, store.Item))
    return [model for model in found if not model.__subclasses__()]


def answered_for() -> list[type[store.Item]]:
    return [model for one in belongings().values() for model in one.items]


def test_every_slice_with_belongings_is_listed_and_every_listed_slice_has_them() -> None:
    here = Path(chalicelib.__file__).parent
    found = {path.parent.name for path in here.glob("*/belongings.py")} - {"platform"}
    assert found == set(BELONGINGS)


@pytest.mark.parametrize("model", items(), ids=lambda model: model.__name__)
def test_an_item_is_answered_for_once_or_says_why_it_is_of_nobody(model: type) -> None:
    times = sum(1 for one in answered_for() if one is model)
    assert times + (model.__name__ in IMPERSONAL) == 1, (
        f"{model.__name__}: name it in the BELONGINGS of its slice, or say here why it is of nobody"
    )


def test_only_what_is_there_is_said_to_be_impersonal() -> None:
    assert set(IMPERSONAL) <= {model.__name__ for model in items()}


def test_whatever_is_owned_is_answered_for() -> None:
    owned = {model for model in items() if issubclass(model, Owned)}
    assert owned <= set(answered_for())


def test_profiles_are_erased_last() -> None:
    assert BELONGINGS[-1] == "profiles"
