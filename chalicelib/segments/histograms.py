"""The three histograms behind the fifths of `rfm`, and what was last made of them.

A customer's buckets stand on their own item, so moving them from one bucket to
the next, in the transaction of that item, counts nobody twice. `standing` moves
them, a nightly job makes the bounds; both are exact at any number of customers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..platform import store
from ..platform.clock import iso
from . import rfm
from .model import BOUNDS_KEY, RFM, Bucket, State, bucket_key, part_of


def shift(profile_id: str, before: rfm.Buckets, after: rfm.Buckets) -> list[store.Write]:
    """The writes that count a customer elsewhere: at most two for each histogram."""
    part = part_of(profile_id)
    return [
        store.update(
            f"bucket {kind} {buckets[kind]}",
            store.ref(Bucket, *bucket_key(kind, buckets[kind], part)),
            Bucket.value.add(by),
            condition=None,
        )
        for kind in rfm.KINDS
        for buckets, by in ((before, -1), (after, 1))
        if kind in buckets and before.get(kind) != after.get(kind)
    ]


def histogram(kind: str) -> dict[int, int]:
    """One histogram: bucket → customers. Some thousand small items at most."""
    found: Counter[int] = Counter()
    for item in store.query(Bucket, f"{RFM}#{kind}", consistent=False):
        found[int(item.sk.partition("#")[0])] += int(item.value)
    return {bucket: customers for bucket, customers in found.items() if customers > 0}


def recompute(now: datetime) -> int:
    """Make the bounds anew; returns how many customers they are of."""
    histograms = {kind: histogram(kind) for kind in rfm.KINDS}
    customers = sum(histograms[rfm.FREQUENCY].values())
    data = {
        "bounds": {kind: rfm.bounds(found) for kind, found in histograms.items()},
        "customers": customers,
        "at": iso(now),
    }
    item = store.ref(State, *BOUNDS_KEY)
    store.commit([store.update("bounds", item, State.data.set(data), condition=None)])
    return customers


def bounds_of(item: State | None) -> Mapping[str, Any]:
    """What `recompute` found last, by histogram; empty before its first run."""
    bounds: Mapping[str, Any] = {} if item is None else item.data["bounds"]
    return bounds
