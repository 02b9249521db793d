"""Sending: as few requests as the queue allows, and nothing taken for queued that is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.platform import queue
from tests.cloud import Cloud


def test_ten_to_a_request_in_order(aws: Cloud) -> None:
    entries = [queue.message({"n": number}) for number in range(23)]
    assert queue.send(queue.ROUTING, entries) == 3
    assert [json.loads(body)["n"] for body in aws.entries(queue.ROUTING)] == list(range(23))


@given(st.lists(st.integers(min_value=1, max_value=400_000), max_size=40))
def test_a_request_holds_ten_entries_and_a_megabyte_at_most(lengths: list[int]) -> None:
    entries = [queue.Message(body="x" * length) for length in lengths]
    chunks = list(queue.chunks(entries))
    assert [entry for chunk in chunks for entry in chunk] == entries
    for chunk in chunks:
        assert 1 <= len(chunk) <= queue.BATCH_ENTRIES
        assert len(chunk) == 1 or sum(len(e.body) for e in chunk) <= queue.BATCH_BYTES


def test_bytes_are_counted_not_letters() -> None:
    entries = [queue.Message(body="ế" * 200_000) for _ in range(2)]  # 3 bytes each
    assert len(list(queue.chunks(entries))) == 2


def test_text_is_carried_as_it_is(aws: Cloud) -> None:
    queue.send(queue.ROUTING, [queue.message({"text": "giao hàng trễ \U0001f621"})])
    assert aws.entries(queue.ROUTING) == ['{"text":"giao hàng trễ \U0001f621"}']


def answering(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    def call(self: Any, operation: str, params: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    queue.url(queue.ROUTING)
    monkeypatch.setattr(BaseClient, "_make_api_call", call)


def test_an_entry_that_the_queue_refuses_is_not_queued(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = {"Successful": [], "Failed": [{"Id": "0", "Code": "InternalError"}]}
    answering(monkeypatch, refused)
    with pytest.raises(queue.NotQueued, match="refused 1 entries: InternalError") as failure:
        queue.send(queue.ROUTING, [queue.message({"a": 1})])
    assert failure.value.transient


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessageBatch"),
        EndpointConnectionError(endpoint_url="https://sqs"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_queue_that_does_not_answer_is_a_case_for_later(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    answering(monkeypatch, error)
    with pytest.raises(queue.QueueUnavailable) as failure:
        queue.send(queue.ROUTING, [queue.message({"a": 1})])
    assert failure.value.transient


@pytest.mark.parametrize(
    ("name", "dead"), [("routing", "routing-dead"), ("inbound.fifo", "inbound-dead.fifo")]
)
def test_dead_letters_have_their_queue(name: str, dead: str) -> None:
    assert queue.dead_letters_of(name) == dead
