"""`infra/simulate` on moto: it ends well when all is well, and notices what is not."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from chalicelib.channels.registry import CHANNELS
from chalicelib.language.topics import understand
from chalicelib.platform.clock import now
from infra import seed
from infra.client import Answer, Api, Http, NotRunning, Transport
from infra.demo import CONNECTIONS
from infra.simulation import __main__ as command
from infra.simulation import plan as plans
from infra.simulation import texts, wire
from infra.simulation.observe import Person, Seen
from infra.simulation.plan import Plan
from infra.simulation.play import NotConnected, NotTaken, Stage, play
from infra.simulation.table import Bar, table
from infra.simulation.verdict import Verdict, judge
from infra.simulation.voices import MOST_FORMS, VOICES
from tests.cloud import Cloud
from tests.inside import Inside
from tests.pump import Pump


def stage_of(cloud: Cloud, transport: Transport) -> Stage:
    tokens = seed.load(demo=True).tokens
    return Stage(
        transport=transport,
        admin=Api(transport=Inside(), token=tokens["ADMIN_TOKEN"]),
        agent=Api(transport=Inside(), token=tokens["AGENT_TOKEN"]),
        connections=CONNECTIONS,
        wait=Pump(cloud=cloud).run,
        workers=1,
        calm=1,
    )


def plan_of(*, customers: int = 3, messages: int = 5, seed: int = 7) -> Plan:
    started = int(now().timestamp() * 1000)
    return plans.make(customers=customers, messages=messages, seed=seed, started=started)


@dataclass
class Unfaithful:
    """A transport that mistreats the n-th webhook it carries, and answers as if nothing were."""

    spoil: int
    with_status: int | None = None
    carried: list[str] = field(default_factory=list)

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        self.carried.append(path)
        if len(self.carried) == self.spoil:
            return Answer(status=self.with_status or 200)
        return Inside().request(method, path, headers, body)


def test_all_is_well(aws: Cloud) -> None:
    plan = plan_of(customers=15, messages=15)
    verdict = play(plan, stage_of(aws, Inside()))
    assert verdict.problems == []
    assert set(verdict.rows) == set(VOICES) == set(CHANNELS)
    for channel, row in verdict.rows.items():
        assert row.stored == row.sent > 0
        opened = sum(1 for one in plan.customers if one.channel == channel and one.opens)
        assert row.assigned == row.tickets == opened
        assert row.replied == (row.tickets if VOICES[channel].answerable else 0)
    assert "total" in table(verdict)


def test_a_lost_message_is_noticed(aws: Cloud) -> None:
    plan = plan_of()
    once = next(i for i, line in enumerate(lines(plan)) if line.copies == 1 and line.stored)
    before = sum(line.copies for line in lines(plan)[:once])
    verdict = play(plan, stage_of(aws, Unfaithful(spoil=before + 1)))
    assert not verdict.good
    assert sum(row.lost for row in verdict.rows.values()) >= 1


def lines(plan: Plan) -> list[plans.Line]:
    return [line for customer in plan.customers for line in customer.lines]


def test_what_is_doubled_is_noticed() -> None:
    line = plans.Line(webhook=wire.Webhook(path="/", body=b""), key="m-1", text="Chào")
    customer = plans.Customer(
        channel="zalo_oa", user="u", lines=(line,), opens=True, answerable=True
    )
    said = {"direction": "in", "provider_message_id": "m-1", "text": "Chào", "status": "received"}
    ticket = {"number": "CX-26-000001", "agent_id": "a"}
    twice = Person(
        profiles=["p"],
        messages=[{**said, "id": "1"}, {**said, "id": "2"}],
        tickets=[ticket, ticket],
    )
    plan = Plan(run="0", customers=(customer,), forged=())
    verdict = judge(plan, Seen(people={0: twice}, sends={}), ())
    assert verdict.rows["zalo_oa"].doubled == 2
    assert not verdict.good


def test_a_forged_message_that_is_taken_is_noticed(aws: Cloud) -> None:
    plan = plan_of(customers=2, messages=2)
    unfaithful = Unfaithful(spoil=plan.requests)
    with pytest.raises(NotTaken, match="200 instead of 401"):
        play(plan, stage_of(aws, unfaithful))


def test_without_demo_accounts_it_says_so(aws: Cloud) -> None:
    stage = stage_of(aws, Inside())
    (account, *_) = stage.admin.items("/channel-accounts")
    stage.admin.call("DELETE", f"/channel-accounts/{account['id']}")
    with pytest.raises(NotConnected, match=account["channel"]):
        play(plan_of(), stage)


def test_command_fails_when_something_was_lost(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "read_env", lambda path: {})
    assert command.main([]) == 1
    spoil = -1
    monkeypatch.setattr(
        command, "stage_of", lambda *args, **more: stage_of(aws, Unfaithful(spoil=spoil))
    )
    words = ["--customers", "3", "--messages", "3", "--seed", "1"]
    assert command.main(words) == 0
    assert "nothing was lost" in capsys.readouterr().out
    spoil = 1
    seed_without_repeats = next(
        n for n in range(50) if lines(plan_of(customers=3, messages=3, seed=n))[0].copies == 1
    )
    assert command.main([*words[:4], "--seed", str(seed_without_repeats)]) == 1
    assert "something is wrong" in capsys.readouterr().out


def test_what_still_waits_is_not_called_lost() -> None:
    plan = plan_of()
    verdict = judge(plan, Seen(people={}, sends={}), (), queued=4)
    assert not verdict.good
    assert sum(row.lost for row in verdict.rows.values()) == 0
    assert sum(row.waiting for row in verdict.rows.values()) > 0
    assert all("still waiting" in problem for problem in verdict.problems)


def test_long_lists_of_problems_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    command.tell(Verdict(problems=[f"problem {number}" for number in range(70)]))
    told = capsys.readouterr().err.splitlines()
    assert (len(told), told[-1].strip()) == (11, "… and 60 more")


def test_without_demo_tokens_it_says_what_is_needed() -> None:
    env = {"BASE_URL": "http://127.0.0.1:1", "ADMIN_TOKEN": "t"}
    with pytest.raises(NotConnected, match="--no-demo"):
        command.stage_of(env, workers=1, patience=1, bar=Bar())


def test_nobody_listening_is_said_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(NotRunning):
        Http("http://127.0.0.1:1").request("GET", "/v1/health", {})
    assert time.monotonic() - began < 1


def test_bounds_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.read_words(["--customers", "0"])
    assert "--customers: 1 to 500" in capsys.readouterr().err


def test_customers_are_on_the_channels_asked_for_and_forms_have_their_limit() -> None:
    words = ["--channels", "web_form, email", "--customers", "40"]
    asked = command.read_words(words)
    assert asked.channels == ("email", "web_form")
    plan = plans.make(customers=40, messages=40, seed=1, started=1, channels=asked.channels)
    channels = [customer.channel for customer in plan.customers]
    assert (len(channels), channels.count("web_form")) == (40, MOST_FORMS)
    assert sum(customer.lines[0].copies for customer in plan.customers[1:10:2]) <= 10
    forms = plans.make(customers=9, messages=9, seed=1, started=1, channels=("web_form",))
    assert len(forms.customers) == 9
    assert command.read_words(["--channels", "all"]).channels == tuple(VOICES)
    assert command.read_words([]).channels == tuple(VOICES)


@pytest.mark.parametrize("wanted", ["fax", "email,fax", ",", ""])
def test_a_channel_that_nobody_plays_is_told(
    wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        command.read_words(["--channels", wanted])
    assert "all, or some of zalo_oa" in capsys.readouterr().err


def test_two_runs_of_one_seed_say_the_same_and_are_other_customers() -> None:
    one, two = (
        plans.make(customers=15, messages=15, seed=3, started=started)
        for started in (10**12, 10**13)
    )
    assert [c.lines[-1].text for c in one.customers if VOICES[c.channel].keyed] == [
        c.lines[-1].text for c in two.customers if VOICES[c.channel].keyed
    ]
    assert not {c.user for c in one.customers} & {c.user for c in two.customers}


def test_every_channel_that_proves_its_senders_is_tried_with_a_forgery() -> None:
    plan = plan_of(customers=len(VOICES), messages=1)
    unproved = {channel for channel, voice in VOICES.items() if voice.forged is None}
    assert unproved == {"web_form", "store"}
    assert len(plan.forged) == len(VOICES) - len(unproved)


@pytest.mark.parametrize("number", range(20))
def test_every_run_has_a_late_delivery_and_unobtrusive_marks(number: int) -> None:
    plan = plan_of(customers=7, messages=7, seed=number)
    assert "giao hang tre" in understand(lines(plan)[0].text or "").folded
    for template in texts.MATTERS:
        marked = f"{template.format(order='', phone='')} {texts.mark(f'sim-{number}')}"
        bare = understand(template.format(order="", phone=""))
        found = understand(marked)
        assert (found.sub_type, found.orders, found.phones) == (bare.sub_type, (), ())
        assert not found.courtesy


def test_customers_say_what_they_are_counted_for() -> None:
    assert all(understand(text).courtesy for text in texts.COURTESIES)
    assert all(understand(text).opt_out for text in texts.OPT_OUTS)
    for template in texts.MATTERS:
        for style in texts.STYLES:
            found = understand(style(template.format(order="DH12345", phone="0912345678")))
            assert not found.courtesy
            assert not found.opt_out
