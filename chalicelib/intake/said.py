"""What a customer says: which ticket it belongs to, and the one transaction that stores it.

Called by `intake.flows` for messages and reactions.
"""

from __future__ import annotations

from dataclasses import replace

from pynamodb.expressions.update import Action

from ..channels.event import AttachmentKind, Kind
from ..conversations import flows as conversations
from ..conversations import storing
from ..conversations.model import Conversation, Message, message_id
from ..events.conversations import MessageReceived
from ..language.text import normalise
from ..language.topics import Understanding, understand
from ..platform import eventlog, store
from ..platform.clock import iso
from ..platform.fact import frozen
from ..profiles import family, knowing
from ..profiles.knowing import Standing
from ..tickets import flows as tickets
from ..tickets.model import Ticket
from ..tickets.rules import Decision, Open, Step, classify, decide, subject
from . import agreeing, answering, choosing, rating
from .work import Begun, Work, started, whose


@frozen
class Situation:
    """What is there when a message arrives."""

    conversation: Conversation | None
    standing: Standing | None
    current: Ticket | None

    @property
    def owner(self) -> str | None:
        """Who stands for the customer, as far as known without another look."""
        if self.conversation is not None:
            return self.conversation.profile_id
        return None if self.standing is None else self.standing.owner


def say(work: Work) -> None:
    """Store a customer's message with everything that follows from it."""
    situation = _situation(work)
    work = choosing.recognised(work, situation.conversation)
    understanding = _understood(work)
    decision = _decision(work, situation, understanding)
    writes = _writes(work, situation, understanding, decision)
    try:
        store.commit(writes)
    except store.ConditionFailed as error:
        if conversations.MESSAGE_WRITE not in error.names:
            raise  # something moved: look again
        # The message is there, and with it all it did: a repeated delivery.


def _situation(work: Work) -> Situation:
    conversation = conversations.find(work.place.conversation_id)
    if conversation is None:
        standing = whose(work)
        current = answering.ticket_of(work, None if standing is None else standing.owner)
        return Situation(conversation=None, standing=standing, current=current)
    if answering.names_what_it_answers(work):
        current = answering.ticket_of(work, conversation.profile_id)
        return Situation(conversation=conversation, standing=None, current=current)
    ticket_id = conversation.current_ticket
    current = tickets.find(ticket_id) if ticket_id else None
    if current is not None and not family.same_customer(conversation, current):
        current = None  # an undone merge has parted them
    return Situation(conversation=conversation, standing=None, current=current)


def _understood(work: Work) -> Understanding:
    event = work.event
    others = [part for part in event.attachments if part.kind is not AttachmentKind.STICKER]
    text = "\n".join(part for part in (event.subject, event.text) if part)
    # A pressed button without a title is no greeting: somebody wants something.
    pressed = event.postback is not None and event.kind is not Kind.ANSWER
    found = understand(normalise(text), has_attachment=bool(others) or pressed)
    only_sticker = bool(event.attachments) and not others and not text
    wordless = event.kind is Kind.ANSWER and not text
    if event.asked is not None:
        return rating.understood(found, event.asked)
    if event.automatic or answering.goes_in_circles(work):
        return replace(found, courtesy=True, opt_out=False, opt_in=False)
    if event.kind is Kind.REACTION or only_sticker or wordless:
        return replace(found, courtesy=True)
    return found


def _decision(work: Work, situation: Situation, understanding: Understanding) -> Decision:
    current = None if situation.current is None else tickets.as_open(situation.current)
    others: tuple[Open, ...] = ()
    if situation.owner is not None and _matter_of_its_own(current, understanding):
        found = tickets.of_profile(situation.owner)
        others = tuple(o for o in found if current is None or o.ticket_id != current.ticket_id)
    return decide(
        understanding,
        current=current,
        others=others,
        at=work.at,
        may_join=bool(work.connected.account.settings.get("join_tickets", True)),
    )


def _matter_of_its_own(current: Open | None, understanding: Understanding) -> bool:
    """Whether the profile's other tickets matter at all: they cost two requests to read."""
    if understanding.courtesy or understanding.opt_out:
        return False
    return current is None or current.status == "done"


def _writes(
    work: Work, situation: Situation, understanding: Understanding, decision: Decision
) -> list[store.Write]:
    opening = decision.step is Step.OPEN
    standing = _standing(situation) if opening else situation.standing
    ticket_id = work.context.new_id() if opening else decision.ticket_id
    moved = None if decision.step is Step.STORE else ticket_id
    extra, consent = _consent(work, situation.conversation, understanding)
    begun = started(
        work,
        situation.conversation,
        inbound=True,
        ticket_id=moved,
        extra=(*extra, *choosing.answered(work, situation.conversation)),
        standing=standing,
        looked=True,
    )
    message = storing.inbound(
        work.event,
        work.place,
        at=work.at,
        received_at=work.received_at,
        ticket_id=ticket_id,
        courtesy=understanding.courtesy,
        media=work.media,
    )
    received = _received(work, message, begun, situation, understanding)
    return [
        store.put(conversations.MESSAGE_WRITE, message),
        *begun.writes,
        *_ticket_writes(work, situation, understanding, decision, ticket_id, begun),
        *consent,
        *agreeing.by_word(work, begun.origin, understanding),
        *agreeing.by_box(work, begun.origin),
        eventlog.record(received, work.context, at=work.at),
    ]


def _received(
    work: Work,
    message: Message,
    begun: Begun,
    situation: Situation,
    understanding: Understanding,
) -> MessageReceived:
    return MessageReceived(
        conversation_id=message.pk,
        message_id=message.id,
        ticket_id=message.ticket_id,
        profile_id=begun.origin,
        channel=message.channel,
        account_id=work.place.account_id,
        courtesy=understanding.courtesy,
        late=_late(work, situation.conversation),
        mentions=understanding.mentions,
        media=len(message.copies or ()) or None,
        about_message_id=message.about_message,
    )


def _standing(situation: Situation) -> Standing | None:
    """Who a new ticket will be under, as it is now; None for a new customer."""
    conversation = situation.conversation
    if conversation is None:
        return situation.standing
    return knowing.standing_of(conversation.profile_id, origin=conversation.origin)


def _late(work: Work, conversation: Conversation | None) -> bool:
    return conversation is not None and iso(work.at) < (conversation.last_inbound_at or "")


def _consent(
    work: Work, conversation: Conversation | None, understanding: Understanding
) -> tuple[tuple[Action, ...], list[store.Write]]:
    """STOP and START said as words, and who writes again after having unfollowed.

    Of somebody who never wrote before the words change nothing.
    """
    if conversation is None:
        return (), []
    actions, events = conversations.change_consent(
        conversation, work.context, opted_out=False, how="follow", at=work.at
    )
    if understanding.opt_out or understanding.opt_in:
        more, told = conversations.change_consent(
            conversation,
            work.context,
            opted_out=understanding.opt_out,
            how="word",
            at=work.at,
        )
        actions, events = actions + more, events + told
    return actions, events


def _ticket_writes(
    work: Work,
    situation: Situation,
    understanding: Understanding,
    decision: Decision,
    ticket_id: str | None,
    begun: Begun,
) -> list[store.Write]:
    conversation_id, context = work.place.conversation_id, work.context
    current = situation.current
    if decision.step is Step.OPEN:
        matter = _matter(work, understanding, begun)
        opened = tickets.open_ticket(matter, context, ticket_id=ticket_id).writes
        return [*opened, *knowing.guard(begun.owner, begun.writes)]
    if decision.step is Step.APPEND and current is not None:
        return tickets.append(current, conversation_id, context, at=work.at)
    if decision.step is Step.REOPEN and current is not None:
        return tickets.reopen(
            current,
            context,
            why=decision.why,
            at=work.at,
            conversation_id=conversation_id,
            message_id=message_id(conversation_id, storing.key_of(work.event)),
        )
    if decision.step is Step.JOIN and ticket_id is not None:
        other = tickets.load(ticket_id)
        return tickets.join(other, conversation_id, decision.why, context, at=work.at)
    return []


def _matter(work: Work, understanding: Understanding, begun: Begun) -> tickets.Matter:
    event, connected = work.event, work.connected
    conversation_id = work.place.conversation_id
    return tickets.Matter(
        profile_id=begun.owner,
        origin_id=begun.origin,
        tier=begun.tier,
        at=work.at,
        classified=classify(
            understanding.type,
            understanding.sub_type,
            urgent_words=understanding.urgent_words,
            tier=begun.tier,
        ),
        source=work.source,
        channel=event.channel,
        conversation_id=conversation_id,
        message_id=message_id(conversation_id, storing.key_of(event)),
        subject=subject(normalise(event.text or ""), event.subject),
        branch=connected.branch,
        team_id=connected.team_id,
        account_id=event.account_id,
        order=event.order or next(iter(understanding.orders), None),
        product=event.product,
    )
