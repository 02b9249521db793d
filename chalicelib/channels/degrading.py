"""What a channel cannot carry of a message becomes text: nothing of it is lost. Pure.

Choices to tap become numbered lines, pages to open lines with their address, files lines with
theirs. `conversations.outgoing` asks it of a channel as a whole; an adapter asks it once more
where some of its ways out carry less than others (a comment, a template).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from ..platform.fact import frozen
from .cutting import parts_of
from .sending import Capabilities, Choice, OutboundMessage, OutFile

UNNAMED = "Tệp đính kèm"


@frozen
class Carried:
    """A message as a channel takes it: what of it is in its text now, and what is left beside."""

    text: str
    files: tuple[OutFile, ...] = ()
    choices: tuple[Choice, ...] = ()


def carried(
    text: str, files: Sequence[OutFile], choices: Sequence[Choice], able: Capabilities
) -> Carried:
    """The rungs of the ladder: what fits stays as it is, what does not is worded."""
    taken = _files(files, able)
    tapped = _tapped(choices, able)
    lines = [
        text,
        *_numbered([one for one in choices if one.url is None and one not in tapped]),
        *(f"{one.title}: {one.url}" for one in choices if one.url and one not in tapped),
        *(f"{one.name or UNNAMED}: {one.address}" for one in files if one not in taken),
    ]
    return Carried(text="\n".join(lines), files=taken, choices=tapped)


def fitted(message: OutboundMessage, able: Capabilities) -> OutboundMessage:
    """The message as a channel, or one way out of it, takes it."""
    if message.template is not None:
        return message
    found = carried(message.text, message.files, message.choices, able)
    return replace(message, text=found.text, files=found.files, choices=found.choices)


def texts(text: str, able: Capabilities, *, choices: bool) -> list[str]:
    """The parts of a text, short enough for the last of them to be followed by choices."""
    most = able.choice_text if choices else None
    return parts_of(text, able if most is None else replace(able, max_text=most))


def _files(files: Sequence[OutFile], able: Capabilities) -> tuple[OutFile, ...]:
    fits = [one for one in files if _fits(one, able)]
    if able.files_total is None:
        return tuple(fits)
    sums = accumulate(one.size for one in fits)
    return tuple(one for one, sum_ in zip(fits, sums, strict=True) if sum_ <= able.files_total)


def _fits(file: OutFile, able: Capabilities) -> bool:
    types = able.file_types.get(file.kind)
    known = types is None or file.media_type.split(";")[0].strip() in types
    return known and not file.plain and file.size <= able.files.get(file.kind, -1)


def _tapped(choices: Sequence[Choice], able: Capabilities) -> tuple[Choice, ...]:
    """The choices that stay: all that are answers, or none; pages likewise, beside answers only
    where both go together."""
    answers = [one for one in choices if one.url is None]
    pages = [one for one in choices if one.url is not None]
    answers = answers if _fit(answers, able.choices, able) else []
    room = able.links if not answers else able.choices - len(answers) if able.mixed else 0
    pages = pages if _fit(pages, room, able) else []
    return tuple(one for one in choices if one in answers or one in pages)


def _fit(choices: Sequence[Choice], most: int, able: Capabilities) -> bool:
    return len(choices) <= most and all(len(one.title) <= able.choice_title for one in choices)


def _numbered(choices: Sequence[Choice]) -> list[str]:
    return [f"{number}. {one.title}" for number, one in enumerate(choices, start=1)]
