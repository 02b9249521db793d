"""The routes by which the chat widget and a mini app fetch a visitor's conversation.

The widget asks again and again, so an answer in which nothing is new costs one index query of
`SHOWN` keys and nothing else: `seen` is a fingerprint of the keys the widget has been told of.
It asks at intervals of its own instead of waiting here: a held request would hold one of the
stage's concurrent Lambda executions for every open chat, and webhooks need those.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from ..channels.pages import sites
from ..channels.sending import OutFile
from ..platform import listing, store
from ..platform.clock import parse
from ..platform.context import Context
from ..platform.crossing import CrossApi
from ..platform.http import Call, Change, Instant, View
from ..platform.ids import derived_id
from ..platform.listing import Key
from ..platform.roles import PUBLIC
from . import outgoing, visiting
from .model import Message
from .rules import FINISHED, Status

bp = CrossApi(__name__, sites.chat_allowed)
apps = CrossApi(f"{__name__}.apps", sites.app_allowed)

#: How much of a conversation a visitor sees: one read unit of keys.
SHOWN = 30


class AskedFor(View):
    """`token`: of the visit. `seen`: as the last answer said."""

    token: str = Field(min_length=1, max_length=2000)
    seen: str | None = Field(default=None, max_length=64)


class FileView(View):
    """A file of ours, at an address good for some days; `kind`: image, audio, video, file."""

    kind: str
    name: str
    size: int
    url: str


class ChoiceView(View):
    """A button: the page posts `value` as the `postback` of a message with the title as its text,
    or opens the `url`."""

    title: str
    value: str | None = None
    url: str | None = None


class SaidView(View):
    """One message. `ours`: not the visitor's. `client_id`: the id their page made up for it."""

    id: str
    ours: bool
    client_id: str | None
    text: str
    at: Instant
    files: list[FileView]
    choices: list[ChoiceView]


class ChatView(View):
    """The latest messages, oldest first; none at all and `changed` false when nothing is new.

    `now`: milliseconds since 1970; what was shown is read `until` then.
    """

    changed: bool
    seen: str
    now: int
    messages: list[SaidView]


@bp.command(
    "POST",
    "/live-chat/{site_id}/messages",
    roles=PUBLIC,
    body=AskedFor,
    returns=ChatView,
    summary="What was said to and by a visitor of a site's chat, if it is new",
    replayable=False,
    refuses=(401, 403),
)
def fetch_messages(call: Call[AskedFor], site_id: str) -> Change:
    visitor = visiting.load("live_chat", site_id, call.body.token, now=call.context.now)
    return Change(view=_said(visitor.thread, call.body.seen, call.context), writes=[])


@apps.command(
    "POST",
    "/mini-app/{site_id}/messages",
    roles=PUBLIC,
    body=AskedFor,
    returns=ChatView,
    summary="What was said to and by a user of a mini app, if it is new",
    replayable=False,
    refuses=(401, 403),
)
def fetch_app_messages(call: Call[AskedFor], site_id: str) -> Change:
    visitor = visiting.load("mini_app", site_id, call.body.token, now=call.context.now)
    return Change(view=_said(visitor.thread, call.body.seen, call.context), writes=[])


def _said(thread: str, seen: str | None, context: Context) -> ChatView:
    keys = listing.keys(Message.by_time, thread, limit=SHOWN, newest_first=True)
    moment = int(context.now.timestamp() * 1000) + 1  # not before what was sent this millisecond
    if seen == _fingerprint(keys):
        return ChatView(changed=False, seen=seen, now=moment, messages=[])
    found = store.get_many(Message, keys, consistent=True)
    known = [found[key] for key in reversed(keys) if key in found]
    return ChatView(
        changed=True,
        seen=_fingerprint(keys) if len(known) == len(keys) and not _coming(known) else "",
        now=moment,
        messages=[_shown(one) for one in known if _is_shown(one)],
    )


def _fingerprint(keys: Sequence[Key]) -> str:
    return derived_id("seen", *(sk for _, sk in keys))


def _coming(messages: Sequence[Message]) -> bool:
    """Whether something of ours is stored but not yet sent: then the next look is a whole one."""
    return any(one.direction == "out" and one.status not in FINISHED for one in messages)


def _is_shown(message: Message) -> bool:
    """A message of ours is shown once it is sent, so that a receipt finds it so."""
    there = message.direction == "in" or message.status in FINISHED - {Status.FAILED}
    return bool(message.text) and there and message.deleted_at is None


def _shown(message: Message) -> SaidView:
    ours = message.direction == "out"
    files = outgoing.files_of(message, {}) if ours else {}
    return SaidView(
        id=message.id,
        ours=ours,
        client_id=None if ours else message.provider_message_id,
        text=message.text,
        at=parse(message.occurred_at),
        files=[_file(one) for one in files.values()],
        choices=[ChoiceView(**one) for one in (message.choices or ()) if ours],
    )


def _file(file: OutFile) -> FileView:
    return FileView(kind=file.kind, name=file.name, size=file.size, url=file.address)
