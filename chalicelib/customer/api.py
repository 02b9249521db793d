"""Routes of customers as a whole: the list, which also searches, and the view of one."""

from __future__ import annotations

from ..platform.http import Api, Call, Fresh, PageView
from ..platform.roles import STAFF
from ..profiles.family import family_of
from ..profiles.listed import external_ids
from ..profiles.views import shown
from . import finding
from .portrait import Portrait
from .sections import SECTIONS
from .views import CustomerQuery, ListedCustomer, customer_view

bp = Api(__name__)

CustomerView = customer_view({section.name: section.view for section in SECTIONS})


@bp.get(
    "/profiles",
    roles=STAFF,
    returns=PageView[ListedCustomer],
    query=CustomerQuery,
    summary="Customers, newest first; q searches names, phones, e-mail, order and ticket numbers",
    refuses=(404,),
)
def list_profiles(call: Call[None]) -> PageView[ListedCustomer]:
    found = finding.customers(call.page(), call.query)
    asked = [family.id for family in found.families] if call.query.external_ids else []
    ids = external_ids(asked)
    items = [
        ListedCustomer(**shown(family), external_ids=ids.get(family.id))
        for family in found.families
    ]
    return PageView[ListedCustomer](items=items, next_cursor=found.next_cursor)


@bp.get(
    "/profiles/{profile_id}",
    roles=STAFF,
    returns=CustomerView,
    summary="One customer, whole; a profile that was merged away answers with its survivor",
    refuses=(410,),
)
def read_profile(call: Call[None], profile_id: str) -> Fresh:
    family = family_of(profile_id)
    portrait = Portrait(family)
    gathered = {section.name: section.gather(portrait) for section in SECTIONS}
    view = CustomerView(**shown(family), **gathered)
    return Fresh(view=view, revision=int(family.root.revision))
