"""How many messages wait in the engine's queues, dead letters aside.

Asked by `down` and `deployed` when they drain, and by `simulate` and `replay` to tell what
is still under way from what is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from infra import names

from .engine import Engine

COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
DEAD = ("-dead", "-dead.fifo")


def waiting(local: Engine) -> dict[str, int]:
    """Queue (without the stage's prefix) → messages visible or in hand; empty queues left out."""
    sqs, prefix = local.client("sqs"), f"{names.prefix(names.LOCAL_STAGE)}-"
    found = {}
    for url in sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", []):
        name = url.rpartition("/")[2].removeprefix(prefix)
        if not name.endswith(DEAD):
            told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTS))
            found[name] = sum(int(told["Attributes"][count]) for count in COUNTS)
    return {name: count for name, count in found.items() if count}


def waiting_at(env: Mapping[str, str]) -> int:
    """Messages in all queues of the instance of an env file; 0 when its engine cannot be asked."""
    port = urlsplit(env.get("AWS_ENDPOINT_URL", "")).port
    if port is None:
        return 0
    try:
        return sum(waiting(Engine(port=port)).values())
    except (BotoCoreError, ClientError):
        return 0


def in_words(found: Mapping[str, int]) -> str:
    """`12 in inbound.fifo, 3 in routing`."""
    return ", ".join(f"{count} in {name}" for name, count in found.items())
