"""Instagram's words for what happens to an account, and its errors.

Read by `changes.py` and `adapter.py`; what it shares with Messenger is in
`channels/meta/messenger.py` (what comes in) and `channels/meta/graph.py` (what an answer means).
"""

from __future__ import annotations

from ..meta.graph import MESSAGES, Verdict
from ..sending import Outcome

#: Fields of a change → where an answer to it goes (`changes.py`).
COMMENT, LIVE, MENTION = "comment", "live", "mention"
FIELDS = {"comments": COMMENT, "live_comments": LIVE, "mentions": MENTION}

GONE: Verdict = (Outcome.PERMANENT, "Bình luận không còn nữa hoặc tài khoản không được xem")

#: (code, subcode) → verdict
SUBCODES: dict[tuple[int, int], Verdict] = {**MESSAGES, (100, 33): GONE}
