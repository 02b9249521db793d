"""Choices that a message of ours offers, and the answer that takes one of them. Pure.

Who taps a button answers with its value; who has none to tap types its number or its words.
`replies` keeps with the conversation what its latest message offers, `intake.choosing` asks
whether an answer takes one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..channels.sending import Choice
from ..language.text import fold

#: An answer comes within this time of the question; a number later is a number.
LASTS = timedelta(hours=24)
#: What people type around a number or a title.
AROUND = " .,;:!)(\"'-–"


def kept(choices: Sequence[Choice]) -> list[dict[str, str]]:
    """Choices as a message keeps them."""
    told = ({"title": one.title, "value": one.value, "url": one.url} for one in choices)
    return [{name: text for name, text in one.items() if text is not None} for one in told]


def offer(message_id: str, choices: Sequence[Choice]) -> dict[str, Any] | None:
    """What a conversation keeps of a message's choices; None where nothing can be answered."""
    answers = [one for one in kept(choices) if "value" in one]
    return {"message_id": message_id, "choices": answers} if answers else None


def taken(said: str, offered: Mapping[str, Any]) -> str | None:
    """The value of the choice that an answer takes: its exact number, words or value, else None.

    Accents, capitals and a full stop do not matter; anything more said is another thing said.
    """
    choices: Sequence[Mapping[str, str]] = offered["choices"]
    exact = next((one["value"] for one in choices if one["value"] == said.strip()), None)
    word = fold(said).strip(AROUND)
    by_title = {fold(one["title"]).strip(AROUND): one["value"] for one in choices}
    by_number = {str(number): one["value"] for number, one in enumerate(choices, start=1)}
    return exact or by_title.get(word) or by_number.get(word)


def in_time(*, asked_at: datetime | None, at: datetime) -> bool:
    """Whether an answer, said `at`, is one to a question that reached the customer `asked_at`."""
    return asked_at is not None and asked_at <= at < asked_at + LASTS
