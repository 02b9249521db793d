"""Whether a message only thanks, greets or reacts (domain: *courtesy*); used by ``topics``."""

import re
import unicodedata
from functools import cache

from .phrasebook import Phrasebook, phrases
from .text import tokens

_COURTESIES: dict[str, dict[float, str]] = {
    "courtesy": {
        1: """
[cảm ơn|cám ơn|cảm tạ|đa tạ|biết ơn|xin cảm ơn|chân thành cảm ơn|thank|thanks|thank you|ty|tks|cảm mơn|thanh kiu|thank kiu|xin cảm tạ|cảm ơn trước]
[chào|xin chào|hi|hello|helo|hế lô|hé lô|hê lô|hí|hey|hê|alo|a lô|alô|chào buổi sáng|chào buổi chiều|chào buổi tối|good morning|good afternoon|good evening|good night|kính chào|hallo|chao xìn|chào xìn]
[ok|vâng|dạ|ừ|ừm|uh|um|uhm|uk|uhuh|ờ|yes|yep|yeah|ừa|ừ hử|okay|roger|rồi|okela|dạ rồi|được rồi|vâng rồi|ok rồi|vậy thôi|thế thôi|thế nhé|vậy nhé|vậy nha|thế nha|hiểu rồi|em hiểu rồi|biết rồi|đã rõ|rõ rồi|rõ|đã hiểu|noted|got it|đã biết|đã nhận thông tin|duyệt|sure|alright|good|great]
[không có gì|không có chi|không sao|không sao đâu|không dám|không vấn đề gì|you too|welcome|you are welcome|you re welcome|no problem|np]
[bye|bai|bái bai|bye bye|tạm biệt|hẹn gặp lại|gặp lại sau|chào tạm biệt|ngủ ngon|goodbye|see you|g9|pp]
[haha|hahaha|hihi|hihihi|hehe|hì|hì hì|hjhj|hí hí|hi hi|hic|huhu|keke|kaka|lol|wow|uầy|ồ|ô|à|hjhj|hjx|hix|haizz|ahihi|hehehe|kk|kkk|kiki|hè hè|ha ha]
[chúc] (shop|em|anh|chị|bạn|mọi người|ad|cả nhà|các bạn|bên mình|bên shop|mình|quý khách) (luôn|ngày càng|một|có) [buôn may bán đắt|ngày mới tốt lành|buổi tối vui vẻ|buổi sáng tốt lành|ngủ ngon|mua may bán đắt|buôn bán đắt hàng|ngày tốt lành|năm mới vui vẻ|sức khỏe|đắt hàng|phát triển|phát tài|may mắn|một ngày tốt lành|ngày vui vẻ|buổi chiều vui vẻ|cuối tuần vui vẻ|thành công|bán đắt|giáng sinh vui vẻ|một ngày vui vẻ|làm ăn phát đạt|hồng phát]
[chúc mừng năm mới|happy new year|merry christmas|năm mới vui vẻ|giáng sinh an lành|vạn sự như ý|an khang thịnh vượng|buôn may bán đắt]
"""
    },
    # Alone these say nothing; beside a courtesy they take nothing from it.
    "filler": {
        1: """
[shop|em|anh|chị|bạn|mình|tôi|ad|admin|ạ|nhé|nha|nhe|nghen|nhen|nhá|nhớ|á|ah|a|à|e|c|b|m|s|ơi|cô|chú|bác|cháu|con|các|cả nhà|mọi người|team|page|cửa hàng|quý|công ty|bên mình|bên shop|bên em|bên bạn|nhiều|lắm|rất|quá|nhìu|nhiều lắm|nhiều nhiều|thật|luôn|nhân viên|ngàn lần|một lần nữa|lần nữa|vô cùng|nữa|ơ|mấy|shop mình|các bạn|xin|ha|hen|hén|nè|nhiều ạ|you|so much|very much|a lot|there|sir|sis|bro|guys|again|much|my friend|rồi|vậy|thế|đó|đấy|thì|đã|tình yêu|yêu|thương|love|yêu thương|cưng|iu dấu|nàng|bà chủ|chủ shop|ad ơi|để|biết|thông tin|tin|hồi âm|tốt|anh chị|nhà|của|từ|với|cũng|mà|và|bot|trước|ngay]
[vì|đã|vì đã|về|sự] (đã|sự) (hỗ trợ|giúp đỡ|tư vấn|phản hồi|giải đáp|trả lời|quan tâm) [hỗ trợ|giúp đỡ|giúp|tư vấn|phản hồi|giải đáp|trả lời|thông báo|quan tâm|nhắc|báo|xác nhận|kiểm tra|xử lý|giải quyết]
[hỗ trợ|giúp đỡ|tư vấn|phản hồi|giải đáp|trả lời] (mình|em|tôi|anh|chị|rất|nhiệt tình|nhanh) [nhiệt tình|nhanh chóng|nhanh|tận tình|kịp thời|chu đáo|nhiều|mình|em|tôi|anh|chị]
[nhiệt tình|kịp thời|hỗ trợ|giúp đỡ]
[đã nhận|nhận|nhận được|đã nhận được] (được|hàng|đồ|tiền) (hàng|đồ|tiền) rồi
[mình|em|tôi|anh|chị|để em|để mình|để anh|để chị] [hiểu rồi|biết rồi|nhận được rồi|xem|xem đã|xem lại]
"""
    },
}

# Codes the apps send for their own faces: Zalo "/-heart" and ":-h", Lazada "[smile]", typed ones.
_FACES = re.compile(
    r"/-[a-z:;!|()<>*-]{1,12}|\[[a-z_ ]{2,24}\]|\((?:y|n|l|k|like|heart)\)|<3+|</3"
    r"|[:;=8xX][-'^o]?[()\[\]DdPpOo3vV*|/\\$sS@hH><]+(?![^\W_])|\^[_.]*\^|[TtQ][_.][TtQ]"
    r"|[-=][_.]+[-=]+|@[_.]*@|>[_.]<|[oO]_[oO]|(?<![^\W_])[xX][dD]+(?![^\W_])|:[a-z_]{2,20}:|(?<![^\W_])[kK]{3,}(?![^\W_])"
)
_LONGEST = 160


@cache
def _book() -> Phrasebook:
    return Phrasebook(phrases(_COURTESIES))


def _is_picture(sign: str) -> bool:
    """Emoji and other pictures; ``So`` covers them but for a few symbols."""
    return unicodedata.category(sign) == "So" or sign in "‼⁉❤♥"


def is_courtesy(text: str, *, has_attachment: bool = False) -> bool:
    """Whether a text only thanks, greets or reacts and so wants no answer.

    A text that is empty counts (a sticker, a reaction), unless something is attached; a question
    mark, a number, or any word beyond the polite ones does not.
    """
    if has_attachment or len(text) > _LONGEST or "?" in text:
        return False
    bare = _FACES.sub(" ", text)
    found = tokens(bare)
    if not found:
        return not text.strip() or bare.strip() != text.strip() or any(map(_is_picture, text))
    return _book().covers(found, "courtesy")
