"""Approved templates of accounts: entered by people, told by providers, looked up to be sent.

`templates_api` enters, changes and removes them, `catalogues` brings in what the provider lists,
`intake.template_news` what it tells of one; `conversations` looks up what it sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition

from ..events.channels import TemplateAdded, TemplateChanged, TemplateRemoved
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.context import Context
from ..platform.errors import Conflict, NotFound
from ..platform.pages import Page, PageRequest, page
from . import registry
from .approved import Catalogue, Facts, State
from .model import ChannelAccount
from .template_model import ApprovedTemplate, stored, templates_key

#: What a person may say of a template, for good: no provider's word changes it any more.
BY_HAND = ("purpose", "rating")
#: What each field of `Facts` is kept as; the rest follows from them.
KEPT = ("name", "language", "state", "kind", "quality", "text", "reason")
LONGEST_REASON = 300
TEMPLATE_WRITE = "template"


class TemplateNotFound(NotFound):
    code, title = "template_not_found", "No such template"


class NoTemplates(Conflict):
    code, title = "no_templates", "This channel has no approved templates"


class TemplateThere(Conflict):
    code, title = "template_exists", "The account has this template already"


Changed = tuple[ApprovedTemplate, list[store.Write]]


def catalogue_of(channel: str, provider: str) -> Catalogue:
    """How templates are listed and addressed on a channel. Raises `NoTemplates`."""
    adapter = registry.adapter(channel, provider)
    found = None if adapter is None else adapter.catalogue
    if found is None:
        raise NoTemplates(channel, field="account_id")
    return found


def find(account_id: str, template_id: str) -> ApprovedTemplate | None:
    """A template of an account (our id) as it is now, or None."""
    return store.get(ApprovedTemplate, templates_key(account_id), template_id)


def existing(account_id: str, template_id: str) -> ApprovedTemplate:
    """The same. Raises `TemplateNotFound`."""
    found = find(account_id, template_id)
    if found is None:
        raise TemplateNotFound(field="template_id")
    return found


def listed(account_id: str, request: PageRequest) -> Page[ApprovedTemplate]:
    """A page of an account's templates, by id."""
    return page(ApprovedTemplate, request, templates_key(account_id), newest_first=False)


# ------------------------------------------------------------------ by people


def add(account: ChannelAccount, wanted: Mapping[str, Any], context: Context) -> Changed:
    """A template somebody enters. `wanted` has the fields of `template_views.NewTemplate`, its
    gaps as `Gap`s. Raises `NoTemplates`, and `TemplateThere` when it is committed."""
    catalogue = catalogue_of(account.channel, account.provider)
    facts = Facts(
        id=catalogue.id_of(wanted["name"], wanted["language"]),
        name=wanted["title"] or wanted["name"],
        language=wanted["language"],
        state=State(wanted["state"]),
        kind=wanted["kind"],
        gaps=tuple(wanted["gaps"]),
        text=wanted["text"],
    )
    item = _made(account.id, catalogue, facts, wanted, context)
    return item, _added(item, context)


def _made(
    account_id: str,
    catalogue: Catalogue,
    facts: Facts,
    said: Mapping[str, Any],
    context: Context,
) -> ApprovedTemplate:
    by_hand = [name for name in BY_HAND if said.get(name) is not None]
    rating = bool(said["rating"] if "rating" in by_hand else facts.rating)
    purpose = said["purpose"] if "purpose" in by_hand else None
    return ApprovedTemplate(
        templates_key(account_id),
        facts.id,
        name=facts.name or facts.id,
        language=facts.language or "vi",
        state=facts.state or State.UNKNOWN,
        kind=facts.kind,
        purpose=purpose or catalogue.purpose_of(facts.kind, rating=rating),
        rating=rating,
        by_hand=by_hand or None,
        gaps=stored(facts.gaps),
        text=facts.text,
        quality=facts.quality,
        reason=(facts.reason or "")[:LONGEST_REASON] or None,
        price=dict(facts.price) if facts.price else None,
        created_at=iso(context.now),
        revision=1,
    )


def _added(item: ApprovedTemplate, context: Context) -> list[store.Write]:
    told = TemplateAdded(
        account=_account_of(item),
        template=item.id,
        state=item.state,
        purpose=item.purpose,
    )
    there = TemplateThere(item.id, field="name")
    return [store.put(TEMPLATE_WRITE, item, error=there), eventlog.record(told, context)]


def change(item: ApprovedTemplate, wanted: Mapping[str, Any], context: Context) -> Changed:
    """A template with what a person says of it; `wanted` has the fields of `TemplateChange`, of
    which None changes nothing."""
    said = {name: value for name, value in wanted.items() if value is not None}
    values = {name: said[name] for name in said.keys() & {*BY_HAND, "kind", "text", "state"}}
    if "title" in said:
        values["name"] = said["title"]
    if "gaps" in said:
        values["gaps"] = stored(tuple(said["gaps"]))
    by_hand = said.keys() & set(BY_HAND)
    if by_hand:
        values["by_hand"] = sorted({*(item.by_hand or ()), *by_hand})
    return item, changed(item, values, context)


def remove(item: ApprovedTemplate, context: Context) -> list[store.Write]:
    """The writes that forget a template; the provider's own is not touched."""
    told = TemplateRemoved(account=_account_of(item), template=item.id)
    return [
        store.delete(TEMPLATE_WRITE, item, condition=_as_read(item)),
        eventlog.record(told, context),
    ]


def _account_of(item: ApprovedTemplate) -> str:
    return str(item.pk).removeprefix(templates_key(""))


def _as_read(item: ApprovedTemplate) -> Condition:
    unchanged: Condition = ApprovedTemplate.revision == item.revision
    return unchanged


def changed(
    item: ApprovedTemplate,
    values: Mapping[str, Any],
    context: Context,
    *,
    silent: Mapping[str, Any] | None = None,
) -> list[store.Write]:
    """The writes of what is new of a template, and an event that names it; none for nothing.

    `silent` is kept besides and is no news by itself. The item is changed with it.
    """
    news = {name: value for name, value in values.items() if getattr(item, name) != value}
    kept = {**news, **(silent or {})}
    if not kept:
        return []
    condition = _as_read(item)
    if news:
        kept["revision"] = int(item.revision) + 1
    write = store.update(
        TEMPLATE_WRITE,
        store.ref(ApprovedTemplate, item.pk, item.sk),
        *store.assign(ApprovedTemplate, kept),
        condition=condition,
    )
    for name, value in kept.items():
        setattr(item, name, value)
    if not news:
        return [write]
    told = TemplateChanged(
        account=_account_of(item),
        template=item.id,
        changed=tuple(sorted(news)),
        state=item.state,
        quality=item.quality,
    )
    return [write, eventlog.record(told, context)]


# -------------------------------------------------------------- by the provider


def told(
    account_id: str, catalogue: Catalogue, facts: Facts, context: Context
) -> list[store.Write]:
    """The writes of what a provider's list, or the details of one, tell of a template.

    What is None was not told and stays.
    """
    item, moment = find(account_id, facts.id), iso(context.now)
    seen = {"synchronised_at": moment}
    if facts.gaps is not None:
        seen["detailed_at"] = moment
    if item is not None:
        return changed(item, _values(item, catalogue, facts), context, silent=seen)
    made = _made(account_id, catalogue, facts, {}, context)
    for name, value in seen.items():
        setattr(made, name, value)
    return _added(made, context)


def _values(item: ApprovedTemplate, catalogue: Catalogue, facts: Facts) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: getattr(facts, name) for name in KEPT if getattr(facts, name) is not None
    }
    if facts.gaps is not None:
        values["gaps"] = stored(facts.gaps)
    if facts.price:
        values["price"] = dict(facts.price)
    by_hand = set(item.by_hand or ())
    rating = bool(item.rating)
    if facts.rating is not None and "rating" not in by_hand:
        values["rating"] = rating = facts.rating
    if "purpose" not in by_hand and (facts.kind is not None or facts.rating is not None):
        kind = facts.kind or item.kind
        values["purpose"] = catalogue.purpose_of(kind, rating=rating)
    return values


def heard(
    account_id: str, facts: Facts, context: Context, *, catalogue: Catalogue, at: datetime
) -> list[store.Write]:
    """The writes of what a provider's event of `at` tells; none of a template we do not have, or
    where the event is older than what was told last."""
    item = find(account_id, facts.id)
    if item is None or iso(at) < (item.told_at or ""):
        return []
    said = {"told_at": iso(at)} if item.told_at != iso(at) else {}
    return changed(item, _values(item, catalogue, facts), context, silent=said)
