"""Nothing of a person is kept that does not follow them, is not given out and does not end."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import chalicelib
from chalicelib.calendars.model import CalendarVersion, StoredCalendar
from chalicelib.channels.health import Health
from chalicelib.channels.model import ChannelAccount
from chalicelib.channels.pulls import Pull
from chalicelib.channels.template_model import ApprovedTemplate
from chalicelib.commerce.model import Metric, Product, ProductWord, ProductWords
from chalicelib.notifications.model import Member, Notification, Push, SendersItem, Standing
from chalicelib.platform import store
from chalicelib.platform.belongings import Belongings, Owned
from chalicelib.platform.control import Control
from chalicelib.platform.eventlog import EventItem
from chalicelib.profiles.belongings import PERSONAL
from chalicelib.profiles.model import AnyItem, Blocked, FieldList
from chalicelib.profiles.survivorship import RULES
from chalicelib.reactions import BELONGINGS
from chalicelib.segments.content_model import Content, Showing
from chalicelib.segments.model import Bucket, Count, Segment
from chalicelib.sla.counting import CountedClock, KeptCount
from chalicelib.sla.model import Clocks, PolicySet
from chalicelib.sla.simulating import Simulation
from chalicelib.standards.model import Commitment, CommitmentText, TierStandards
from chalicelib.team.model import Agent, Department, Team
from tests.meta.attributes import GIVEN, NEUTRAL, TAKEN_OFF, WITHHELD, Model, attributes
from tests.meta.models import models_below

#: Items that are of no customer, each with the reason why.
IMPERSONAL: dict[Model, str] = {
    EventItem: "ids and codes only: the log stays for ever, and tells of nobody once they go",
    Control: "answers kept for repeats end with their customer (platform.idempotency); the rest"
    " are tokens, marks, counters and the ledger of erasures: digests and ids",
    Department: "the organisation's own",
    Team: "the organisation's own",
    Agent: "those who work here, no customers",
    StoredCalendar: "the organisation's own hours",
    Clocks: "times and codes of a matter, found by its id alone",
    PolicySet: "the organisation's own",
    KeptCount: "how many, not who",
    CountedClock: "in which count a matter's clock is, by the matter's id",
    TierStandards: "the organisation's own",
    Commitment: "the organisation's own",
    CommitmentText: "what everybody may read",
    Simulation: "sums, and ids of tickets that say nothing of whose they are",
    Notification: "codes, times and whose ticket it is, by its id: numbers and names are looked up",
    Member: "that something is counted",
    Push: "whether a notification went out",
    Standing: "how an agent wants to be told",
    SendersItem: "which of the organisation's accounts write to agents",
    CalendarVersion: "what these were before",
    ChannelAccount: "the organisation's own pages and shops",
    Health: "when such an account was last heard from",
    Pull: "how far such an account's provider was read, by times and places in its lists",
    ApprovedTemplate: "words a provider has approved, before anybody's name stands in them",
    Product: "what is sold",
    ProductWord: "words of products",
    ProductWords: "words of products",
    Metric: "figures of a branch or an agent by day",
    AnyItem: "a look at several kinds of the profiles table at once, never written",
    Blocked: "numbers and addresses of the organisation's own, which identify nobody",
    Segment: "a condition, not who meets it",
    Count: "how many, not who",
    Bucket: "how many, not who",
    Content: "what is shown to whoever is in a segment",
    Showing: "that such a thing has not ended",
    FieldList: "which custom fields there are, not what is in them",
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
    assert times + (model in IMPERSONAL) == 1, (
        f"{model.__name__}: name it in the BELONGINGS of its slice, or say here why it is of nobody"
    )


def test_only_what_is_there_is_said_to_be_impersonal() -> None:
    assert set(IMPERSONAL) <= set(items())


def test_whatever_is_owned_is_answered_for() -> None:
    owned = {model for model in items() if issubclass(model, Owned)}
    assert owned <= set(answered_for())


def test_profiles_are_erased_last() -> None:
    assert BELONGINGS[-1] == "profiles"


@pytest.mark.parametrize("model", GIVEN, ids=lambda model: model.__name__)
def test_every_attribute_is_given_to_its_person_or_kept_back_on_purpose(model: Model) -> None:
    given, withheld = GIVEN[model], set(WITHHELD[model].split())
    assert given & withheld == set()
    assert given | withheld == attributes(model), (
        f"{model.__name__}: name it in what `belongings` gives out, or say why not in `attributes`"
    )


@pytest.mark.parametrize("model", TAKEN_OFF, ids=lambda model: model.__name__)
def test_every_attribute_ends_with_its_person_or_tells_nothing_of_them(model: Model) -> None:
    gone, neutral = TAKEN_OFF[model], set(NEUTRAL[model].split())
    assert gone & neutral == set()
    assert gone | neutral == attributes(model), (
        f"{model.__name__}: have `belongings` take it off, or say in `attributes` why it stays"
    )


def test_whatever_a_customer_is_shown_with_is_personal() -> None:
    codes = {"tier", "first_channel", "acquisition"}
    assert set(RULES) - codes <= set(PERSONAL)
    assert codes & set(PERSONAL) == set()
