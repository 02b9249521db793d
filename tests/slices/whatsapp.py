"""A WhatsApp customer who writes, and what WhatsApp tells of our messages to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from tests.contracts.cases.whatsapp import CUSTOMER, NUMBER, SCOPED, sign
from tests.world import APP_SECRET, World, milliseconds

BOTH = {"wa_id": CUSTOMER, "user_id": SCOPED}
NUMBER_ONLY, ID_ONLY = {"wa_id": CUSTOMER}, {"user_id": SCOPED}
WANTED = "Máy lọc nước bị rò, cho mình hỏi bảo hành"

_numbers = count(1)


def tell(world: World, **value: Any) -> None:
    """A change of the number arrives, and everything behind it happens."""
    head = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}}
    changes = [{"field": "messages", "value": head | value}]
    entry = {"id": "8856", "changes": changes}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    assert world.webhook("meta", body, sign(body, APP_SECRET)) == 200
    world.run()


def write(world: World, text: str, ids: Mapping[str, str], *, name: str = "Lê Thị Mận") -> str:
    """A customer writes, known by these ids; returns the message's id."""
    wamid = f"wamid.w{next(_numbers)}"
    sides = {"wa_id": "from", "user_id": "from_user_id"}
    message = {sides[named]: value for named, value in ids.items()} | {
        "id": wamid,
        "timestamp": str(milliseconds() // 1000),
        "type": "text",
        "text": {"body": text},
    }
    tell(world, contacts=[{"profile": {"name": name}, **ids}], messages=[message])
    return wamid


def status(world: World, named: str, wamid: str, **more: Any) -> None:
    """A status of a message of ours arrives."""
    told = {"id": wamid, "status": named, "recipient_id": CUSTOMER, **more}
    tell(world, statuses=[told | {"timestamp": str(milliseconds() // 1000)}])


def replied(world: World) -> dict[str, Any]:
    """A reply of ours to the customer, as the API shows it."""
    answer = world.admin.post(f"/tickets/{world.ticket()['id']}/replies", {"text": "Dạ được ạ"})
    assert answer.status == 202, answer.body
    world.run()
    return reply_of(world)


def reply_of(world: World) -> dict[str, Any]:
    """Our one reply, and its conversation's id."""
    (found,) = [
        {**message, "talk": talk["id"]}
        for talk in world.list("/conversations")
        for message in world.list(f"/conversations/{talk['id']}/messages")
        if message["direction"] == "out"
    ]
    return found
