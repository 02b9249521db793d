"""Words that make a message more than a matter of its type; the notation is ``phrasebook``'s.

``legal``, ``press`` and ``viral`` make a ticket urgent; with ``safety`` they are what severity 3
is decided by later, ``money`` and ``repeated`` severity 2. ``none`` swallows what only looks so.
"""

ALARMS: dict[str, dict[float, str]] = {
    "legal": {
        1: """
[khởi kiện|đi kiện|sẽ kiện|phải kiện|kiện shop|kiện công ty|kiện cửa hàng|kiện ra tòa|kiện lên|kiện các|kiện bên|kiện tụng|kiện cáo|kiện đấy|kiện nhé|kiện chết|thưa kiện|đơn kiện|muốn kiện|kiện tới cùng|kiện thẳng]
[luật sư|ra tòa|ra toà|tòa án giải quyết|trước pháp luật|pháp lý|vi phạm pháp luật|nhờ pháp luật|truy cứu]
[báo|gọi|trình|nhờ|lên|đưa|trình báo|gửi|làm việc với|tố cáo|tố] .. [công an|cảnh sát|cơ quan chức năng|cơ quan điều tra|chính quyền]
công an [vào cuộc|xử lý|giải quyết|điều tra|mời|tới làm việc|bắt]
[tố cáo|tố giác|trình báo|gửi đơn khiếu nại|đơn tố cáo]
[bảo vệ người tiêu dùng|bảo vệ quyền lợi người tiêu dùng|hội người tiêu dùng|quản lý thị trường|cục quản lý|cục cạnh tranh|cục an toàn|cục thuế|bộ công thương|sở công thương|bộ y tế|sở y tế|thanh tra|bộ thông tin]
[lawyer|lawsuit|sue you|legal action|police|consumer protection]
"""
    },
    "press": {
        1: """
[báo chí|nhà báo|phóng viên|lên báo|đăng báo|gửi báo|gọi báo|đài truyền hình|vtv|chuyển động 0|truyền thông vào cuộc|cơ quan báo chí|tòa soạn|lên truyền hình|lên tivi|lên ti vi|giới truyền thông]
[the press|journalist|newspaper]
"""
    },
    "viral": {
        1: """
[bóc phốt|bóc phot|tung phốt|phốt shop|đăng phốt|bốc phốt|lên phốt|bóc shop|bóc mẽ|vạch trần|tẩy chay]
[đăng|đăng bài|đăng clip|đăng video|đăng hình|up|up bài|up clip|post|post bài|tung|tung clip|đưa|share|chia sẻ|quay clip|quay video] {goods} .. lên (các|mạng) [facebook|face|fb|tiktok|mạng|youtube|group|nhóm|hội nhóm|hội|cộng đồng|threads|zalo|mạng xã hội|báo|page|trang cá nhân|các nhóm|diễn đàn|instagram]
[đăng|tung|post|đưa|up|nói|kể|phốt|bóc] .. lên [mạng|mxh|mạng xã hội]
[livestream|lên mạng|quay clip] (bóc|tố|để|cho) [bóc|tố|mọi người biết|cả mạng]
[cho|để] (mọi người|cả mạng|cả nước|cộng đồng|ai cũng) (cùng) [cả mạng|cả nước|cộng đồng|mọi người] (đều|cùng) (biết|né|tránh|tẩy chay)
[go viral|post this on|post it on|bad review everywhere]
"""
    },
    "safety": {
        1: """
[dị ứng|ngộ độc|bốc cháy|phát nổ|bị nổ|nổ pin|cháy nổ|phát hỏa|hỏa hoạn|chập điện|giật điện|điện giật|rò điện|hở điện|rò rỉ gas|nhập viện|cấp cứu|đi viện|vào viện|bỏng|sốc phản vệ|khó thở|tử vong|chết người|tai nạn|thương tích|bị thương|chảy máu|co giật|ngất xỉu|bất tỉnh|nguy hiểm tính mạng|nguy hiểm đến tính mạng|mất an toàn]
[nổi mẩn|mẩn đỏ|phát ban|nổi mề đay|sưng tấy|sưng mặt|sưng phù|rát đỏ|bỏng rát|lở loét]
[bị|pin|sạc|máy|ổ|phích|bình] .. [cháy|!nổ|bốc khói|xì khói]
[đau bụng|tiêu chảy|nôn mửa|ói mửa|buồn nôn|nôn ói]
[!giòi|!dòi|dị vật|mảnh thủy tinh|mảnh kính|kim tiêm|con gián|đinh]
[ăn|uống|dùng] (xong|vào) .. (bị) [ngộ độc|ói|tiêu chảy|nôn]
[allergic|allergy|caught fire|exploded|hospital|food poisoning]
"""
    },
    "money": {
        1: """
[mất tiền|mất trắng|trừ tiền|bị trừ|mất oan|chiếm đoạt|thiệt hại|đền bù|bồi thường|đền tiền|tính sai|thu thừa|thu dư|tính dư|thu sai|lừa tiền|lừa đảo]
[trừ|thu|tính|charge] (tiền|phí) .. [hai lần|0 lần]
"""
    },
    "repeated": {
        1: """
lần (thứ) [0|hai|ba|tư|mấy|nữa|n]
[0|hai|ba|mấy|nhiều|bao nhiêu] lần (rồi|nay)
lần nào (cũng|mua)
[gọi|nhắn|nhắn tin|hỏi|liên hệ|báo|phản ánh|khiếu nại|đổi] .. [mãi|hoài|nhiều lần|bao lần|liên tục|mấy lần|suốt]
[lại bị|lại tiếp tục|vẫn bị|vẫn tiếp tục|tái diễn|hết lần này]
"""
    },
    "none": {
        0: """
[điều|sự|phụ|linh|bưu|dữ|cả] kiện
[shop|bên bạn|page|thấy bạn|bên mình|quảng cáo|mẫu|ảnh] (có) [đăng|đăng bài|up|post] .. lên [facebook|fb|tiktok|group|mạng|page]
{no} [bị|gây|phải] [dị ứng|kích ứng|bỏng]
{no} [dị ứng|kích ứng]
[công an|tòa án] [phường|xã|huyện|quận|tỉnh|thành phố|nhân dân]
[một lần|0 lần] [một|mỗi] ngày
[ngày|uống|bôi|thoa|tuần] .. [0|mấy|hai|ba] lần
"""
    },
}

URGENT = frozenset(("legal", "press", "viral"))
