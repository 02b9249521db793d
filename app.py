"""Liền Mạch: the table of contents. Builds the Chalice app from each slice's blueprints.

A message's way: `intake.api` (signed webhook → queue) → `intake.jobs` →
`intake.said` (profile, conversation, ticket, message in one transaction) →
`dispatch` (events → reactors, by the table in `reactions`) → `tickets.jobs`
(who gets it). A reply's way: `tickets.api` → `dispatch` → `conversations.jobs`.

Two profiles become one: by machine in `customer.jobs` → `customer.resolving`, by
people in `profiles.merging_api`, both → `profiles.merging`; what they own follows in
`customer.moving`. An erasure: `profiles.rights_api` → `customer.jobs` →
`customer.erasing` → every slice's `belongings`.
"""

from chalice.app import Chalice

from chalicelib import dispatch, indexing, service
from chalicelib.channels import api as channels_api
from chalicelib.channels import jobs as channels_jobs
from chalicelib.channels.pages import pages_api, visits_api
from chalicelib.commerce import behaviour_api, deal_api, metric_api, order_api, product_api
from chalicelib.commerce import jobs as commerce_jobs
from chalicelib.conversations import account_tests_api, visitor_api
from chalicelib.conversations import api as conversations_api
from chalicelib.conversations import jobs as conversations_jobs
from chalicelib.customer import api as customer_api
from chalicelib.customer import jobs as customer_jobs
from chalicelib.customer import own_api, retention_api
from chalicelib.intake import api as intake_api
from chalicelib.intake import jobs as intake_jobs
from chalicelib.intake import mini_app_api, quarantine_api, store_api
from chalicelib.media import api as media_api
from chalicelib.platform import auth, refusals
from chalicelib.profiles import api as profiles_api
from chalicelib.profiles import consent_api, merging_api, rights_api
from chalicelib.profiles import importing_api as profiles_importing_api
from chalicelib.segments import api as segments_api
from chalicelib.segments import jobs as segments_jobs
from chalicelib.team import api as team_api
from chalicelib.tickets import api as tickets_api
from chalicelib.tickets import importing_api as tickets_importing_api
from chalicelib.tickets import jobs as tickets_jobs

app = Chalice(app_name="lien-mach", configure_logs=False)
app.register_middleware(refusals.as_problem, "http")
# Mails come in charsets of their own: what is no UTF-8 would be lost on the way through a text.
app.api.binary_types = [*app.api.binary_types, "multipart/form-data", "message/rfc822"]

for blueprint in (
    auth.bp,  # who calls
    service.bp,  # health, OpenAPI
    # customers' messages come in …
    intake_api.bp,
    intake_jobs.bp,
    quarantine_api.bp,
    pages_api.bp,  # forms and chats of web sites
    visits_api.bp,
    visitor_api.bp,
    store_api.bp,
    mini_app_api.bp,  # … and a mini app, …
    visitor_api.apps,
    own_api.bp,
    # … become events, and events become work …
    dispatch.bp,
    indexing.bp,
    tickets_jobs.bp,
    # … that people do …
    tickets_api.bp,
    tickets_importing_api.bp,
    conversations_api.bp,
    media_api.bp,
    team_api.bp,
    # … for somebody who is one person on every channel,
    customer_api.bp,
    profiles_api.bp,
    profiles_importing_api.bp,
    merging_api.bp,
    customer_jobs.bp,
    # may say what is kept of them,
    consent_api.bp,
    rights_api.bp,
    retention_api.bp,
    # buys, waits and comes back …
    product_api.bp,
    order_api.bp,
    deal_api.bp,
    behaviour_api.bp,
    metric_api.bp,
    commerce_jobs.bp,
    segments_api.bp,
    segments_jobs.bp,
    # … and answers go out.
    conversations_jobs.bp,
    channels_api.bp,
    account_tests_api.bp,
    channels_jobs.bp,
):
    app.register_blueprint(blueprint)
