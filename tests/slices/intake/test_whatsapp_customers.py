"""Who a WhatsApp customer is while numbers and business-scoped ids come and go, and what their
receipts prove, through the whole intake.
"""

from __future__ import annotations

import json

import pytest

from chalicelib.conversations.model import MESSAGE, Message
from chalicelib.platform import store
from tests.contracts.cases.whatsapp import CUSTOMER, NUMBER, SCOPED
from tests.slices.whatsapp import (
    BOTH,
    ID_ONLY,
    NUMBER_ONLY,
    WANTED,
    replied,
    reply_of,
    status,
    tell,
    write,
)
from tests.world import APP_SECRET, World, milliseconds


@pytest.fixture
def shop(world: World) -> World:
    """A world with a WhatsApp number."""
    world.connect("whatsapp", NUMBER, {"app_secret": APP_SECRET})
    return world


@pytest.mark.parametrize(
    ("ids", "conversations"),
    [
        ([NUMBER_ONLY, BOTH, ID_ONLY], 2),
        ([BOTH, ID_ONLY, BOTH], 1),
        ([ID_ONLY, BOTH, ID_ONLY], 1),
        ([BOTH, NUMBER_ONLY, ID_ONLY], 2),
    ],
)
def test_one_customer_whatever_ids_are_told(
    shop: World, ids: list[dict[str, str]], conversations: int
) -> None:
    """The profile is one from the first word to the last; only who wrote before ids were told
    begins a new conversation, once.
    """
    for known in ids:
        write(shop, WANTED, known)
    talks = shop.list("/conversations")
    assert len(talks) == conversations
    assert len({talk["profile_id"] for talk in talks}) == 1
    profile = shop.admin.get(f"/profiles/{talks[0]['profile_id']}").body
    assert profile["phones"] == [f"+{CUSTOMER}"]


def test_who_never_shows_a_number_is_a_customer_all_the_same(shop: World) -> None:
    write(shop, WANTED, ID_ONLY)
    (profile,) = shop.list("/profiles")
    assert (profile["name"], profile["phones"]) == ("Lê Thị Mận", [])
    assert shop.ticket()["source"] == "whatsapp"


def test_a_new_number_leads_to_the_same_customer(shop: World) -> None:
    """The new number comes with a new id: the system message has joined them before."""
    write(shop, WANTED, BOTH)
    system = {"type": "user_changed_number", "wa_id": "84987654321", "body": "changed"}
    told = {"from": CUSTOMER, "from_user_id": SCOPED, "id": "wamid.sys", "type": "system"}
    tell(shop, messages=[told | {"timestamp": str(milliseconds() // 1000), "system": system}])
    write(shop, "Mình đổi số rồi nhé", {"wa_id": "84987654321", "user_id": "VN.1122334455"})
    assert len({talk["profile_id"] for talk in shop.list("/conversations")}) == 1


@pytest.mark.parametrize(
    ("statuses", "ends"),
    [
        (["sent"], "sent"),
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["delivered", "failed"], "delivered"),
        (["failed", "failed"], "failed"),
        (["sent", "deleted"], "sent"),
    ],
)
def test_statuses_move_a_message_forward(shop: World, statuses: list[str], ends: str) -> None:
    write(shop, WANTED, NUMBER_ONLY)
    wamid = replied(shop)["provider_message_id"]
    for named in statuses:
        status(shop, named, wamid, errors=[{"code": 131026}] if named == "failed" else None)
    reply = reply_of(shop)
    assert reply["status"] == ends
    if ends == "failed":
        assert reply["error_code"] == "131026"
        assert "WhatsApp" in reply["error_reason"]


def test_a_receipt_finds_a_message_from_before_the_scoped_id(shop: World) -> None:
    """It names the id the customer has now; the message went to the number they were known by."""
    write(shop, WANTED, NUMBER_ONLY)
    wamid = replied(shop)["provider_message_id"]
    write(shop, "Cảm ơn shop", BOTH)
    status(shop, "read", wamid, recipient_user_id=SCOPED)
    assert reply_of(shop)["status"] == "read"


@pytest.mark.parametrize(("lost", "named"), [("sending", "sent"), ("delayed", "read")])
def test_a_status_with_our_mark_proves_a_send_whose_answer_was_lost(
    shop: World, lost: str, named: str
) -> None:
    write(shop, WANTED, BOTH)
    reply = replied(shop)
    same = store.ref(Message, reply["talk"], MESSAGE + reply["id"])
    gone = [Message.provider_message_id.remove(), Message.reference.remove()]
    actions = [Message.status.set(lost), *gone]
    store.commit([store.update("lost", same, *actions, condition=Message.pk.exists())])
    mark = f"lm:{reply['id']}:1/1"
    ours = {"recipient_user_id": SCOPED, "biz_opaque_callback_data": mark}
    status(shop, named, "wamid.OUT7", **ours)
    found = reply_of(shop)
    assert (found["status"], found["provider_message_id"]) == (named, "wamid.OUT7")
    status(shop, "read", "wamid.OUT7", recipient_user_id=SCOPED)
    assert reply_of(shop)["status"] == "read"


@pytest.mark.parametrize("named", ["sent", "delivered", "failed"])
def test_a_status_before_its_sends_answer_is_joined_though_it_names_only_a_number(
    shop: World, named: str
) -> None:
    """The customer is known by their id, the message by no id of WhatsApp's yet."""
    write(shop, WANTED, BOTH)
    reply = replied(shop)
    (account,) = (a["id"] for a in shop.list("/channel-accounts") if a["channel"] == "whatsapp")
    [entry] = shop.list(f"/channel-accounts/{account}/outbox")
    mark = json.loads(entry["body"])["biz_opaque_callback_data"]
    same = store.ref(Message, reply["talk"], MESSAGE + reply["id"])
    gone = [Message.provider_message_id.remove(), Message.reference.remove()]
    actions = [Message.status.set("sending"), *gone]
    store.commit([store.update("lost", same, *actions, condition=Message.pk.exists())])
    errors = [{"code": 131026}] if named == "failed" else None
    status(shop, named, "wamid.OUT7", biz_opaque_callback_data=mark, errors=errors)
    assert reply_of(shop)["status"] == named


def test_what_means_nothing_is_kept_and_changes_nothing(shop: World) -> None:
    write(shop, WANTED, BOTH)
    before = shop.list("/conversations")
    status(shop, "in_orbit", "wamid.OUT1")
    tell(shop, errors=[{"code": 0, "title": "We were unable to authenticate the app user"}])
    kept = shop.list("/quarantine", status="ignored")
    assert sorted(one["detail"] for one in kept) == ["messages:errors", "status:in_orbit"]
    assert shop.list("/conversations") == before
