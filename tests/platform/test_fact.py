"""Events behave as the frozen dataclasses they are declared like."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.events import catalogue
from chalicelib.events.conversations import ConversationStarted, MessageReceived
from chalicelib.events.customers import ProfileUpdated
from chalicelib.platform.fact import Fact

GIVEN: dict[str, Any] = {"profile_id": "p", "changed": ("name",)}


def test_fields_are_those_declared_over_all_bases() -> None:
    assert set(ConversationStarted.fields) == {
        "profile_id",
        "conversation_id",
        "channel",
        "account_id",
    }
    assert "name" not in MessageReceived.fields


def test_a_default_is_the_value_of_what_was_not_given() -> None:
    event = ProfileUpdated(changed=("name",))
    assert event.values() == {"profile_id": None, "changed": ("name",), "contacts": ()}


@pytest.mark.parametrize("given", [{"profile_id": "p"}, {**GIVEN, "text": "Chào shop"}])
def test_missing_and_unknown_fields_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        ProfileUpdated(**given)


def test_equal_by_class_and_values() -> None:
    event = ProfileUpdated(**GIVEN)
    assert event == ProfileUpdated(**GIVEN)
    assert hash(event) == hash(ProfileUpdated(**GIVEN))
    assert event != ProfileUpdated(profile_id="other", changed=("name",))
    assert event != object()
    assert "changed=('name',)" in repr(event)


def test_it_never_changes() -> None:
    event: Any = ProfileUpdated(**GIVEN)
    with pytest.raises(AttributeError):
        event.profile_id = "other"
    with pytest.raises(AttributeError):
        del event.profile_id


def test_every_event_is_one() -> None:
    assert all(issubclass(event, Fact) for event in catalogue().values())
