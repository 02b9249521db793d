"""A copy of everything kept of one person: collected slice by slice, written once it is whole.

Called by `customer.jobs` for requests taken down by `profiles.rights`, any number of
times: what is collected waits in the bucket, and the request knows what is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..events.customers import RightsAnswered
from ..platform import blobs, eventlog, store
from ..platform.clock import iso, zone
from ..platform.context import Context
from ..profiles import attributes, rights
from ..profiles.family import Family, ProfileIsErased, family_of
from ..profiles.rights import RightsRequest
from . import readable, walking
from .walking import SETTLED, Clock, counted, done_of, gone_on

Sections = dict[str, dict[str, list[Mapping[str, Any]]]]


def export_step(request_id: str, context: Context, seconds: float) -> bool:
    """Go on with an export for about so many seconds; True when it is done.

    Raises `RightsRequestNotFound`.
    """
    request, clock = rights.load(request_id), Clock(seconds)
    if request.status == rights.DONE:
        return True
    try:
        family = family_of(request.profile_id)
    except ProfileIsErased:
        blobs.drop(rights.files(request.id))
        _answer(request, context, expires_at=None)
        return True
    if request.originals is None:
        request = walking.begun(request, family.ids, context)
    elif set(request.originals) != set(family.ids):
        blobs.drop(rights.files(request.id))
        walking.started_over(request)
        return False
    if not _collected(request, clock):
        return False
    return _write(rights.load(request_id), family, context)


def _collected(request: RightsRequest, clock: Clock) -> bool:
    """Bring the parts together that are not there yet; False when time ran out."""
    originals: Sequence[str] = request.originals
    if SETTLED not in done_of(request):
        for _ in walking.settled(originals):
            if clock.over:
                return False
        request = gone_on(request, unit=SETTLED, counts={})
    for unit, slice_name, original in _units(originals):
        if unit in done_of(request):
            continue
        if clock.over:
            return False
        count = _collect(request.id, unit, slice_name, original)
        if walking.is_erased(original):  # what was written came too late
            blobs.drop(rights.files(request.id))
            return False
        request = gone_on(request, unit=unit, counts=counted(request, slice_name, count))
    return True


def _units(originals: Sequence[str]) -> list[tuple[str, str, str]]:
    return [
        (f"{slice_name}/{original}", slice_name, original)
        for slice_name, _ in walking.slices()
        for original in originals
    ]


def _collect(request_id: str, unit: str, slice_name: str, original: str) -> int:
    found = [list(one) for one in dict(walking.slices())[slice_name].export(original)]
    body = json.dumps(found, ensure_ascii=False, default=str)
    blobs.put(rights.part_key(request_id, unit), body.encode(), content_type="application/json")
    return len(found)


def _write(request: RightsRequest, family: Family, context: Context) -> bool:
    """The document, as JSON and to be read by people; the parts go once both are there.

    False when one of the originals was erased meanwhile: then nothing of it stays.
    """
    units = _units(request.originals)
    sections: Sections = {}
    for unit, slice_name, _ in units:
        part = blobs.find(rights.part_key(request.id, unit))
        if part is None:  # another run has written the document and taken the parts away
            return True
        for kind, record in json.loads(part):
            sections.setdefault(slice_name, {}).setdefault(kind, []).append(record)
    document = {
        "request_id": request.id,
        "profile_ids": list(request.originals),
        "made_at": iso(context.now),
        "shown_as": family.fields,
        "sections": sections,
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
    bodies = {"json": text, "html": readable.page(document, _reading())}
    for form, body in bodies.items():
        key = rights.export_key(request.id, form)
        blobs.put(key, body.encode(), content_type=rights.FORMATS[form])
    listed = json.dumps(_attached(sections)).encode()
    blobs.put(rights.attached_key(request.id), listed, content_type="application/json")
    _answer(request, context, expires_at=iso(context.now + rights.EXPORT_KEPT))
    if any(walking.is_erased(one) for one in request.originals):
        blobs.drop(rights.files(request.id))
        return False
    blobs.drop(rights.part_key(request.id, unit) for unit, _, _ in units)
    return True


def _attached(sections: Sections) -> list[str]:
    """The files that the records name: copies of what was attached to messages."""
    return [
        part["file"]
        for section in sections.values()
        for message in section.get("messages", ())
        for part in message.get("attachments") or ()
        if "file" in part
    ]


def _reading() -> readable.Reading:
    custom = {field.name: field.label for field in attributes.declared().fields}
    return readable.Reading(zone=zone(), custom=custom)


def _answer(request: RightsRequest, context: Context, *, expires_at: str | None) -> None:
    told = RightsAnswered(profile_id=request.profile_id, request_id=request.id, kind=request.kind)
    writes = [
        rights.answered(request, context, expires_at=expires_at),
        *(rights.alive(one) for one in request.originals or () if expires_at is not None),
        eventlog.record(told, context),
    ]
    try:
        store.commit(writes)
    except store.ConditionFailed:
        return  # answered by another run of the same, or one of them was erased meanwhile
