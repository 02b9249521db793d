"""What a customer's message is about: ``understand``, called for every inbound message by intake.

Rules over tables of phrases (``complaints``, ``defects``, ``services``, ``questions``,
``alarms``). The function is the seam behind which a trained model will stand; its result keeps
the same shape.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain

from ..platform.fact import frozen
from .alarms import ALARMS, URGENT
from .complaints import COMPLAINTS, NO_COMPLAINTS
from .courtesy import is_courtesy
from .defects import DEFECTS
from .extraction import emails, orders, phones
from .phrasebook import Match, Phrasebook, is_refusal, phrases
from .questions import OPINIONS, QUESTIONS
from .services import SERVICES
from .subscription import opts_in, opts_out
from .text import Token, accents, fold, tokens

# Sub-type → type, in the order in which equal scores are decided: what hurts most comes first.
TYPE_OF: dict[str, str] = {
    "billing_error": "complaint",
    "wrong_or_missing_item": "complaint",
    "promotion_not_honoured": "complaint",
    "staff_attitude": "complaint",
    "delivery_late": "complaint",
    "product_defect": "complaint",
    "refund": "service_request",
    "order_change": "service_request",
    "exchange_return": "service_request",
    "warranty": "service_request",
    "account_access": "technical_support",
    "payment_difficulty": "technical_support",
    "usage_help": "technical_support",
    "order_status": "inquiry",
    "improvement": "suggestion",
    "product_price": "inquiry",
    "praise": "suggestion",
}
_RANK = {sub_type: rank for rank, sub_type in enumerate(TYPE_OF)}

# What is read of one message; the rest of a long mail is quotations.
_LONGEST = 10_000

_BETWEEN = frozenset(
    "bi thay co duoc he phai giao ship hang lan qua cam gap la con noi gi san pham".split()
)
# "không", "chưa" with their accents, or typed without; not "chua", sour.
_QUESTION_ENDS = frozenset(("khong", "chua"))
_QUESTION_ACCENTS = frozenset(("", accents("không"), accents("chưa")))


@frozen
class Understanding:
    """What was read in one message.

    ``sub_type`` is None when nothing speaks for one; the type is then ``inquiry``. ``scores`` are
    all sub-types found, best first, for showing and for a second opinion. ``severe`` holds the
    reasons found among legal, press, viral, safety, money, repeated; ``urgent_words`` is set by
    the first three. ``phones`` are E.164, ``orders`` upper case. ``folded`` is the search form.
    """

    type: str
    sub_type: str | None
    scores: tuple[tuple[str, float], ...]
    courtesy: bool
    opt_out: bool
    opt_in: bool
    urgent_words: bool
    severe: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    orders: tuple[str, ...]
    folded: str

    @property
    def mentions(self) -> tuple[str, ...]:
        """The kinds of what it names that may identify somebody."""
        named = (("phone", self.phones), ("email", self.emails), ("order", self.orders))
        return tuple(kind for kind, some in named if some)


@cache
def _topics() -> Phrasebook:
    tables = (NO_COMPLAINTS, COMPLAINTS, DEFECTS, SERVICES, QUESTIONS, OPINIONS)
    return Phrasebook(chain.from_iterable(phrases(table) for table in tables))


@cache
def _alarms() -> Phrasebook:
    return Phrasebook(phrases(ALARMS))


def understand(text: str, *, has_attachment: bool = False) -> Understanding:
    """Type, sub-type, courtesy, opt-out, urgency and what can be extracted from one message.

    ``has_attachment``: a picture, file, place … came with it (not: a sticker), so that the text
    alone does not tell it is a mere courtesy. Never raises; the same text gives the same answer.
    """
    text = text[:_LONGEST]
    found = tokens(text)
    leaves = opts_out(found)
    scores = rank(found)
    sub_type = scores[0][0] if scores else None
    severe = reasons(found)
    return Understanding(
        type=TYPE_OF[sub_type] if sub_type else "inquiry",
        sub_type=sub_type,
        scores=scores,
        courtesy=not leaves and is_courtesy(text, has_attachment=has_attachment),
        opt_out=leaves,
        opt_in=not leaves and opts_in(found),
        urgent_words=not URGENT.isdisjoint(severe),
        severe=severe,
        phones=phones(text),
        emails=emails(text),
        orders=orders(text),
        folded=fold(text),
    )


def reasons(found: Sequence[Token]) -> tuple[str, ...]:
    """Reasons of severity in a text, in the order of ``ALARMS``."""
    labels = {match.label for match in _apart(_alarms().find(found))}
    return tuple(label for label in ALARMS if label in labels and label != "none")


def rank(found: Sequence[Token]) -> tuple[tuple[str, float], ...]:
    """Sub-types that phrases of a text speak for, with scores, best first.

    A sub-type scores its heaviest phrase and half a point for each further one, two at most.
    Praise leads only over faint requests and questions, and a question never over a sure
    complaint: what is wrong counts first, then what is wanted.
    """
    weights: dict[str, list[float]] = {}
    matches = _apart(_topics().find(found))
    for label, weight in chain(_meant(found, matches), _conceded(found, matches)):
        weights.setdefault(label, []).append(weight)
    scores = {label: max(heard) + 0.5 * min(len(heard) - 1, 2) for label, heard in weights.items()}
    harmed = any(_complains(*item) for item in scores.items())
    return tuple(sorted(scores.items(), key=lambda item: _precedence(*item, harmed=harmed)))


def _complains(sub_type: str, score: float) -> bool:
    """Whether a complaint is sure enough to come before any question, a mere grumble not."""
    return TYPE_OF[sub_type] == "complaint" and score >= (3 if sub_type == "product_defect" else 2)


def _precedence(sub_type: str, score: float, *, harmed: bool) -> tuple[int, float, int]:
    faint = score <= 1 and TYPE_OF[sub_type] != "complaint"
    later = harmed and TYPE_OF[sub_type] == "inquiry"
    return 2 * (sub_type == "praise" or faint) + later, -score, _RANK[sub_type]


def _apart(matches: Sequence[Match]) -> list[Match]:
    """Without the phrases inside a longer one that weighs no less or says the same."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda one: (one.start - one.end, -one.weight)):
        inside = any(
            longer.start <= match.start
            and match.end <= longer.end
            and (
                longer.label == "none"
                or (longer.weight >= match.weight and (longer.solid or longer.label == match.label))
            )
            for longer in kept
        )
        if not inside:
            kept.append(match)
    return kept


def _meant(found: Sequence[Token], matches: Iterable[Match]) -> Iterable[tuple[str, float]]:
    """(sub-type, weight) of phrases, with refusals, questions and suppositions taken into account."""
    for match in matches:
        if match.label == "none":
            continue
        complains = TYPE_OF[match.label] == "complaint"
        if not complains and match.label != "praise":
            yield match.label, match.weight
        elif _asked(found, match):
            yield "product_price", 2
        elif not _refused(found, match):
            if not (complains and _supposed(found, match.start)):
                yield match.label, match.weight
        elif not complains:
            yield "product_defect", 1


def _conceded(found: Sequence[Token], matches: Iterable[Match]) -> Iterable[tuple[str, float]]:
    """A faint complaint where praise is followed by "nhưng" and no further praise after it."""
    praised = [match.start for match in matches if match.label == "praise"]
    turns = [at for at, token in enumerate(found) if token.folded == "nhung"]
    if praised and turns and min(praised) < turns[-1] and max(praised) < turns[-1]:
        yield "product_defect", 1


def _refused(found: Sequence[Token], match: Match) -> bool:
    """Whether "không", "chưa" … stands before the phrase ("không bị trễ") and is no part of it."""
    if match.refuses:
        return False
    at = match.start
    if any(is_refusal(token) for token in found[at : match.end]):
        return True
    for before in range(at - 1, max(at - 4, -1), -1):
        if found[before].segment != found[at].segment:
            return False
        if is_refusal(found[before]):
            return True
        if found[before].folded not in _BETWEEN:
            return False
    return False


def _asked(found: Sequence[Token], match: Match) -> bool:
    """Whether the phrase stands in "có … không" at the end of its part ("có bị lỗi không shop")."""
    segment = found[match.start].segment
    upto = [token.folded for token in found[max(match.start - 3, 0) : match.end]]
    after = [token for token in found[match.end : match.end + 3] if token.segment == segment]
    if match.end - match.start > 1:
        after.append(found[match.end - 1])
    asks = any(
        token.folded in _QUESTION_ENDS and token.accents in _QUESTION_ACCENTS for token in after
    )
    return asks and "co" in upto


def _supposed(found: Sequence[Token], at: int) -> bool:
    """Whether "nếu", "lỡ" stands shortly before: a case that has not come about."""
    segment = found[at].segment
    return any(
        token.segment == segment and token.folded in ("neu", "lo", "nho")
        for token in found[max(at - 4, 0) : at]
    )
