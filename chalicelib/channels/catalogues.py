"""Asking a provider for an account's templates, quota and quality, by a person's command.

Called by `templates_api`. The list is read whole; what it leaves out of a template is asked for
as many templates as a request has the time for, so that the command is repeated for the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..platform import listing, store
from ..platform.context import Context
from ..platform.errors import Conflict
from ..platform.fact import frozen
from . import flows, health, outside, registry
from .approved import Catalogue, Facts, State
from .base import Account, Adapter
from .flows import Connected
from .model import SANDBOX
from .sending import CannotSend, HttpRequest, HttpResponse, NotTold, Outcome
from .template_model import ApprovedTemplate, templates_key
from .templates import catalogue_of, changed, told

MOST_PAGES = 10
#: Requests for details in one command: it has to answer within half a minute.
MOST_DETAILS = 25


class SandboxAsksNobody(Conflict):
    code, title = "sandbox_asks_nobody", "A sandbox account asks no provider: enter templates"


class ProviderRefused(Conflict):
    code, title = "provider_refused", "The provider refuses to tell"


@frozen
class Synchronised:
    """How many templates the provider lists, and of how many the gaps are not known yet."""

    listed: int
    left: int
    complete: bool  # False: there were more pages than are read at once


Asked = Callable[[Account], HttpRequest | None]


def synchronise(connected: Connected, context: Context) -> Synchronised:
    """Bring an account's templates, quota and quality up to the provider's word.

    Each template is a transaction of its own, so that a command that was cut short has done
    what it has. Raises `NoTemplates`, `SandboxAsksNobody`, `ProviderRefused`, `NotTold`.
    """
    account = connected.account
    catalogue = catalogue_of(account.channel, account.provider)
    if connected.mode == SANDBOX:
        raise SandboxAsksNobody(field="account_id")
    asking = _Asking(connected, context)
    found, complete = _all(asking, catalogue)
    for facts in found:
        _keep(account.id, catalogue, facts, context)
    if complete:
        _gone(account.id, {facts.id for facts in found}, context)
    left = _details(asking, catalogue, found, context)
    _standing(asking, catalogue, context)
    return Synchronised(listed=len(found), left=left, complete=complete)


class _Asking:
    """Requests of one account, whose token is renewed once where it has run out."""

    def __init__(self, connected: Connected, context: Context) -> None:
        self.connected, self.context = connected, context
        adapter = registry.adapter(connected.account.channel, connected.account.provider)
        assert adapter is not None  # `catalogue_of` has found it
        self.adapter: Adapter = adapter

    @property
    def account_id(self) -> str:
        return self.connected.account.id

    def ask(self, make: Asked) -> HttpResponse | None:
        """The answer to a request; None where there is none to make."""
        answer = self._ask(make)
        if answer is None or self.adapter.classify(answer).outcome is not Outcome.REFRESH:
            return answer
        self.connected = flows.renew(self.connected, self.context)
        return self._ask(make)

    def _ask(self, make: Asked) -> HttpResponse | None:
        try:
            request = make(self.connected.account)
            return None if request is None else outside.call(self.adapter, request)
        except CannotSend as error:
            raise ProviderRefused(error.detail, field="account_id") from error

    def refused(self, answer: HttpResponse, error: NotTold) -> Exception:
        """What a person is told of an answer that says nothing: why, where trying is no use."""
        result = self.adapter.classify(answer)
        passing = (Outcome.RETRY, Outcome.REFRESH, Outcome.SENT)
        if result.outcome in passing:
            return error
        return ProviderRefused(f"{result.reason} ({result.code})", field="account_id")


def _all(asking: _Asking, catalogue: Catalogue) -> tuple[list[Facts], bool]:
    """Every template the provider lists, and whether that is all of them."""
    found: list[Facts] = []
    after: str | None = None
    for number in range(MOST_PAGES):
        answer = asking.ask(partial(_listing, catalogue, after, number))
        if answer is None:
            break
        try:
            page = catalogue.listed(answer)
        except NotTold as error:
            raise asking.refused(answer, error) from error
        found += page.templates
        after = page.after
        if not page.more:
            return found, True
    return found, False


def _listing(catalogue: Catalogue, after: str | None, number: int, account: Account) -> HttpRequest:
    return catalogue.listing(account, after, number)


def _asked_of(catalogue: Catalogue, template: str, account: Account) -> HttpRequest | None:
    return catalogue.details(account, template)


def _asked_about(catalogue: Catalogue, number: int, account: Account) -> HttpRequest:
    return catalogue.standing(account)[number]


def _keep(account_id: str, catalogue: Catalogue, facts: Facts, context: Context) -> None:
    store.run_again(lambda: store.commit(told(account_id, catalogue, facts, context)))


def _gone(account_id: str, there: set[str], context: Context) -> None:
    """Templates the provider listed once and lists no more."""
    for item in _kept(account_id):
        if item.synchronised_at is None or item.id in there:
            continue
        try:
            store.commit(changed(item, {"state": State.DELETED.value}, context))
        except store.ConditionFailed:
            continue  # somebody changed it this moment: the next command sees


def _kept(account_id: str) -> list[ApprovedTemplate]:
    return list(listing.entries(ApprovedTemplate, templates_key(account_id)))


def _details(asking: _Asking, catalogue: Catalogue, found: list[Facts], context: Context) -> int:
    """Ask for what the list leaves out, of those first that were told the longest ago, or never.

    How many are left whose gaps are not known.
    """
    kept = {item.id: item for item in _kept(asking.account_id)}
    there = [kept[facts.id] for facts in found if facts.id in kept]
    untold = {item.id for item in there if item.gaps is None}
    for item in sorted(there, key=lambda one: str(one.detailed_at or ""))[:MOST_DETAILS]:
        answer = asking.ask(partial(_asked_of, catalogue, item.id))
        if answer is None:
            break
        try:
            facts = catalogue.detailed(answer)
        except NotTold:
            continue  # this one again with the next command
        _keep(asking.account_id, catalogue, facts, context)
        untold.discard(item.id)
    return len(untold)


def _standing(asking: _Asking, catalogue: Catalogue, context: Context) -> None:
    """Keep quota and quality with the account's health; that nobody tells them is no error."""
    for number in range(len(catalogue.standing(asking.connected.account))):
        answer = asking.ask(partial(_asked_about, catalogue, number))
        if answer is None:
            continue
        stood = catalogue.stood(answer)
        health.stands(asking.account_id, stood.quota, stood.quality, at=context.now)
