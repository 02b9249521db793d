"""The main job in one process: a message comes in, a ticket has an owner, a reply goes out."""

from __future__ import annotations

from tests.world import World


def test_zalo_message_becomes_an_assigned_ticket_and_is_answered(world: World) -> None:
    lan = world.agent("Lan")
    world.zalo("Shop ơi, cho mình đổi size áo với ạ, sđt 0912 345 678")
    world.run()
    ticket = world.ticket()
    assert ticket["sub_type"] == "exchange_return"
    assert ticket["department_id"] == "customer_care"
    assert ticket["agent_id"] == world.agents["Lan"]
    assert ticket["number"].startswith("CX-")
    assert ticket["source"] == "zalo_oa"

    answer = lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ được ạ"})
    assert answer.status == 202
    world.run()
    said = world.messages(ticket["id"])
    assert [(m["direction"], m["status"]) for m in said] == [("in", "received"), ("out", "sent")]
    account = next(a for a in world.list("/channel-accounts") if a["channel"] == "zalo_oa")
    (sent,) = world.list(f"/channel-accounts/{account['id']}/outbox")
    assert "Dạ được ạ" in str(sent)
    told = world.events(ticket["id"])
    assert [name for name in told if name.startswith("clock.")] == [
        "clock.terms_agreed",
        "clock.met",
    ]
    assert [name for name in told if not name.startswith("clock.")] == [
        "ticket.opened",
        "message.received",
        "ticket.assigned",
        "message.queued",
        "ticket.first_replied",
        "ticket.started",
        "message.sent",
    ]
