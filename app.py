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

from chalicelib.intake import api as _webhooks  # noqa: F401  every cold start may be for one
from chalicelib.platform import refusals
from chalicelib.platform.surface import Surface

#: Module → the areas of the API it answers: `tickets` is `/v1/tickets…`, `form` is `/form…`.
ROUTES = {
    "chalicelib.service": "health openapi.json",
    # Customers' messages come in …
    "chalicelib.intake.api": "webhooks",
    "chalicelib.intake.quarantine_api": "quarantine",
    "chalicelib.channels.pages.api": "channel-accounts form store widget",
    "chalicelib.channels.pages.visits_api": "live-chat",
    "chalicelib.conversations.visitor_api": "live-chat mini-app",
    "chalicelib.intake.store_api": "stores",
    "chalicelib.intake.mini_app_api": "mini-app",
    "chalicelib.customer.own_api": "mini-app",
    "chalicelib.customer.content_api": "live-chat mini-app",
    # … and become work that people do …
    "chalicelib.tickets.api": "tasks taxonomy tickets",
    "chalicelib.tickets.calls_api": "calls",
    "chalicelib.tickets.importing_api": "tickets",
    "chalicelib.conversations.api": "conversations",
    "chalicelib.conversations.unsubscribe_api": "unsubscribe",
    "chalicelib.media.api": "media",
    "chalicelib.team.api": "agents departments teams tokens",
    "chalicelib.calendars.api": "calendars",
    "chalicelib.notifications.api": "notifications",
    "chalicelib.sla.api": "sla-policies",
    "chalicelib.standards.api": "profiles standards",
    "chalicelib.standards.commitments_api": "commitments",
    "chalicelib.sla.clocks_api": "clocks sla tickets",
    "chalicelib.sla.simulations_api": "sla-policies",
    "chalicelib.sla.follow_ups_api": "tickets",
    # … for somebody who is one person on every channel,
    "chalicelib.customer.api": "profiles",
    "chalicelib.profiles.api": "profile-fields profiles",
    "chalicelib.profiles.importing_api": "profiles",
    "chalicelib.profiles.merging_api": "blocked-values merge-suggestions merges profiles",
    # may say what is kept of them,
    "chalicelib.profiles.consent_api": "profiles",
    "chalicelib.profiles.rights_api": "profiles rights-requests",
    "chalicelib.customer.retention_api": "retention",
    # buys, waits and comes back …
    "chalicelib.commerce.product_api": "products",
    "chalicelib.commerce.order_api": "orders profiles",
    "chalicelib.commerce.deal_api": "deals",
    "chalicelib.commerce.behaviour_api": "profiles",
    "chalicelib.commerce.metric_api": "metrics",
    "chalicelib.segments.api": "profiles segments",
    "chalicelib.segments.content_api": "contents",
    # … and answers go out.
    "chalicelib.channels.api": "channel-accounts",
    "chalicelib.channels.templates_api": "channel-accounts",
    "chalicelib.tickets.template_messages_api": "template-messages",
    "chalicelib.conversations.account_tests_api": "channel-accounts",
    "chalicelib.intake.pull_api": "channel-accounts",
}

#: Modules of the functions that queues, streams, schedules and the gateway's authorizer start.
HANDLERS = (
    "chalicelib.platform.auth",  # who calls
    "chalicelib.intake.jobs",
    "chalicelib.dispatch",
    "chalicelib.indexing",
    "chalicelib.tickets.jobs",
    "chalicelib.customer.jobs",
    "chalicelib.commerce.jobs",
    "chalicelib.segments.jobs",
    "chalicelib.conversations.jobs",
    "chalicelib.channels.jobs",
    "chalicelib.calendars.jobs",
    "chalicelib.sla.jobs",
    "chalicelib.standards.jobs",
    "chalicelib.notifications.jobs",
)

app = Surface("lien-mach", routes=ROUTES, handlers=HANDLERS)
app.register_middleware(refusals.as_problem, "http")
# Mails come in charsets of their own: what is no UTF-8 would be lost on the way through a text.
app.api.binary_types = [*app.api.binary_types, "multipart/form-data", "message/rfc822"]
