"""Two people answering one ticket: with `If-Match` one reply goes out, without it both do."""

from __future__ import annotations

from tests.world import World


def test_of_two_replies_to_one_revision_one_goes_out(world: World) -> None:
    lan, mai = world.agent("Lan"), world.agent("Mai")
    world.zalo("Cho mình đổi size áo với ạ")
    world.run()
    ticket = world.ticket()["id"]
    seen = lan.get(f"/tickets/{ticket}").etag
    path = f"/tickets/{ticket}/replies"
    assert lan.with_headers(If_Match=seen).post(path, {"text": "Dạ được ạ"}).status == 202
    late = mai.with_headers(If_Match=seen).post(path, {"text": "Dạ không được ạ"})
    assert (late.status, late.body["field"]) == (412, "If-Match")
    world.run()
    assert [m["text"] for m in world.messages(ticket) if m["direction"] == "out"] == ["Dạ được ạ"]
    assert mai.post(path, {"text": "Em gửi thêm bảng size ạ"}).status == 202


def test_a_moved_ticket_leaves_its_channels_team_behind(world: World) -> None:
    team = world.admin.post("/teams", {"name": "Ca sáng", "department_id": "customer_care"})
    assert team.status == 201, team.body
    account = next(a for a in world.list("/channel-accounts") if a["channel"] == "zalo_oa")
    path = f"/channel-accounts/{account['id']}"
    assert world.admin.patch(path, {"team_id": team.body["id"]}).status == 200
    world.zalo("Cho mình đổi size áo với ạ")
    world.run()
    ticket = world.ticket()
    assert ticket["team_id"] == team.body["id"]
    moved = world.admin.patch(f"/tickets/{ticket['id']}", {"department_id": "logistics"})
    assert (moved.body["department_id"], moved.body["team_id"]) == ("logistics", None)
    assert world.ticket()["team_id"] is None
