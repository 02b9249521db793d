"""Phrases of complaints, by sub-type and weight; the notation is that of ``phrasebook``.

Weights: 4 says it outright, 3 clearly, 2 probably, 1 only when nothing else speaks.
"""

COMPLAINTS: dict[str, dict[float, str]] = {
    "delivery_late": {
        4: """
{ship} {goods} {goods} {very} [trễ|muộn]
[trễ|quá|sai|lỡ|không đúng] [hẹn|hạn] (giao|ship|nhận)
[trễ|!quá|không đúng] [ngày|lịch|giờ] (giao|ship|nhận)
dự kiến ... [chưa|không|vẫn] (thấy|chưa) (thấy) [tới|đến|giao|nhận|có|nhận được]
[quá|trễ] (thời gian|ngày|thời hạn) [giao|dự kiến]
[chờ|đợi] {goods} {very} [mòn mỏi|dài cổ|mỏi cổ|hoài|mãi|lâu]
{no} {ship} {goods} đúng [hẹn|ngày|hạn|giờ|thời gian]
hẹn .. {no} [giao|ship|tới|đến|nhận]
[late delivery|delivery is late|delivery was late|still not received|not arrived yet]
""",
        3: """
{ship} {goods} {goods} {very} {late}
{ship} {goods} {goods} {very} {very} {late}
{thing} {goods} {very} [đến|tới|về|giao] {very} {late}
[đơn|đơn hàng|hàng] .. {very} [trễ|chậm]
bị (giao) [trễ|chậm]
{n} {period} (nay|rồi|trời|liền|hơn) (mà|nay|rồi|vẫn) .. {no} {goods} [nhận|nhận được|giao|tới|đến|gửi|ship|hàng|đâu|về|đơn]
{n} {period} (nay|rồi|trời|liền|hơn) [mới|mới được] [giao|nhận|tới|đến|ship|có hàng|nhận hàng]
{n} {period} .. [chưa có|chưa thấy|chưa tới|chưa đến|chưa giao|chưa nhận]
[mãi|hoài|đến giờ|tới giờ|giờ|đến nay|tới nay|lâu rồi|lâu lắm rồi|cả tuần|cả tháng] (mà|vẫn|cũng) (mà|vẫn) .. {no} {goods} [nhận|nhận được|giao|tới|đến|gửi|ship|hàng|về]
[chờ|đợi] .. {no} {goods} [nhận|giao|tới|đến|gửi|ship|hàng|đâu|về]
vẫn {no} {goods} [nhận|nhận được|giao|tới|đến|gửi|ship|hàng|về]
[báo|ghi|hiện|bảo|nói|hệ thống báo] (là) (đã) (giao|giao hàng|giao thành công) .. {no} [nhận|hàng]
giao (hàng) thành công .. {no} (nhận|nhận được|hàng)
lâu mới [nhận|giao|tới|đến|có|ship|được giao]
lâu (quá|lắm|thế|vậy|rồi) .. {no} [nhận|giao|tới|đến|ship|hàng]
sao .. [lâu|chậm|trễ] (vậy|thế|quá|dữ) .. [giao|tới|đến|nhận|ship]
sao [giao|ship|gửi] .. [lâu|chậm|trễ]
{ship} .. mà .. [lâu|chậm|trễ] (dữ|thế|vậy|quá)
[hẹn|bảo|nói|hứa|kêu] .. giao .. [chưa|không] (thấy|tới|đến|giao|có) [thấy|tới|đến|giao|có|nhận]
[hẹn|bảo|nói|hứa|kêu] .. giao ... [chưa thấy|chưa giao|chưa tới|chưa đến|chưa có]
[hẹn|dời|lùi|hoãn|delay] (hoài|mãi|ngày giao|lịch giao) .. {no} [giao|tới|ship]
tốc độ [giao|vận chuyển|ship] .. [chậm|lâu|kém|tệ]
như rùa bò
rùa bò
{ship} .. như rùa
[dời|lùi|hoãn] (lại) (ngày|lịch) giao [hoài|mãi|liên tục]
[kẹt|nằm|đứng im|đứng yên] .. kho .. [ngày|tuần|hoài|mãi]
""",
        2: """
{no} (nhận) (được) [hàng|đơn hàng|đơn|đồ|bưu kiện]
{no} nhận được [hàng|đơn hàng|đơn|sản phẩm|đồ|gì]
{thing} .. {no} [giao|tới|đến|về|nhận|gửi|ship]
{no} [giao|ship|gửi] {goods} (cho) {me}
{ship} {late}
[delay|chậm trễ|trễ hẹn]
""",
    },
    "wrong_or_missing_item": {
        4: """
[giao|gửi|ship|đóng|đóng gói|phát|bỏ|soạn|trả|đưa] {goods} {goods} {very} [nhầm|lộn|thiếu]
[giao|gửi|ship|đóng|phát|soạn] {goods} {goods} {very} sai
[giao|gửi|ship|đóng|nhận] .. sai [hàng|màu|mẫu|size|loại|cỡ|số|mã|kiểu|đơn|vị|sản phẩm|đồ|hệ]
[nhận|nhận được] {goods} {goods} {very} [sai|nhầm|thiếu]
{thing} {very} (giao) [nhầm|thiếu|giao sai]
[đặt|mua|order|chọn] .. [màu|size|cỡ|số|mẫu|loại|vị|0|một|hai|ba] ... [giao|gửi|nhận|ra|ship|về|đưa] (được|có|thành|hàng|cho mình|cho tôi|cho em|tới) (có|mỗi) [0|màu|size|cỡ|mẫu|loại|vị|số|một]
[đặt|mua|order|gửi] (hàng|mua) (một|1|0) [đằng|nẻo|kiểu|đường|nơi|thứ|màu|loại|cái|đàng] .. [giao|giao hàng|gửi|lấy|nhận] (hàng) (một|0) [đằng|nẻo|kiểu|đường|nơi|thứ|màu|loại|cái|đàng]
thiếu (mất) (0|một|hai|ba|mấy) [hàng|món|đồ|phụ kiện|sản phẩm|hộp|cái|chai|gói|áo|quần|chiếc|đơn|quyển|cuốn|bịch|thùng|linh kiện|dây|sạc|lọ|đôi|tuýp]
sai [hàng|sản phẩm|đồ|mẫu|màu|size] (so với|với) .. đặt
{no} đúng .. [tôi|mình|em|đã|như] (đã) [đặt|mua|order]
{no} (giao|gửi|phải) đúng .. [đã đặt|mình đặt|tôi đặt|em đặt|đặt hàng|đơn hàng]
{no} [phải|đúng] {goods} {me} (đã) [đặt|mua|order]
[giao|giao hàng|gửi|ship] {no} đúng
[wrong item|wrong product|wrong size|wrong color|wrong order|missing item|item missing|items missing]
[hộp|kiện hàng|túi|gói hàng|thùng] (hàng) {very} [rỗng|rỗng không|trống không|không có gì]
[bỏ sót|để sót|sót hàng|sót món|không có gì bên trong|bên trong không có|cục gạch|cục đá|giấy vụn|hộp rỗng|hộp không]
""",
        3: """
[giao|gửi|ship|nhận] .. khác (màu|size|mẫu|loại|hàng) (với|so với|hẳn) .. đặt
sai [màu|size|mẫu|loại|cỡ|kiểu|hàng|đơn|vị|sản phẩm]
[nhầm|lộn] [màu|size|mẫu|loại|cỡ|kiểu|hàng|đơn|sản phẩm|đồ]
đặt .. mà .. [giao|nhận|gửi]
[đặt|mua|order] ... mà [giao|gửi|nhận]
[trong khi|trong lúc|mà] (mình|em|tôi) (lại) đặt
đặt .. giao .. khác
[mình|em|tôi] đặt .. (shop|lại|mà) .. (giao|gửi) .. khác
chỉ [giao|nhận|nhận được|gửi|có|thấy] (được|có|mỗi) (có|mỗi) [0|một|hai|ba]
{no} (giao|gửi|nhận) đủ (số lượng|hàng|đơn|đồ|sản phẩm|món)
[hộp|đơn|kiện hàng|túi|thùng] [thiếu|không có|mất]
[hàng|đồ|đơn|đơn hàng] (của) [người khác|khách khác]
giao (nhầm) cho người khác
[mất|thất lạc] [hàng|đồ|đơn hàng|bưu kiện|kiện hàng]
bị [thất lạc|mất hàng|tráo hàng|mất đồ|tráo]
tráo [hàng|đồ]
{no} (có) [món|hàng] (hàng) {me} cần
đặt .. [nhận|được] .. [mỗi|có] [0|một]
[chỉ có|có mỗi|mỗi] [0|một] (cái|hộp|chai|món|đôi|gói|áo)
""",
        2: """
{no} [đúng|giống] (với) (màu|size|mẫu|loại|cỡ|hàng|kiểu|sản phẩm) (đã) (đặt)
thiếu (mất) [tem|phụ kiện|sạc|tai nghe|ốc|sách hướng dẫn|hóa đơn|nắp|cáp]
sao .. {no} [tai nghe|sạc|cáp|ốp|nắp|remote|điều khiển|dây|cục sạc]
nhầm
""",
        1: """
thiếu
""",
    },
    "promotion_not_honoured": {
        4: """
[có tặng|quà tặng|tặng kèm|hàng tặng|được tặng] ... [không có|không thấy|chưa thấy|không nhận|chưa nhận|không được|chưa được|đâu]
[không|chưa|chẳng] [có|thấy|được|nhận|nhận được|kèm|gửi|tặng] (được|nhận) (tặng|kèm|món|phần) [quà|quà tặng]
{no} (nhận) (được) (kèm|gửi|tặng|món|hàng|phần) [!quà|quà tặng|khuyến mãi|khuyến mại|voucher|ưu đãi|freeship|mã giảm giá|hàng tặng]
{no} .. [!quà|quà tặng|tặng kèm|hàng tặng|khuyến mãi|khuyến mại|tặng phẩm|hàng khuyến mãi]
[!quà|quà tặng|tặng kèm|hàng tặng] .. {no}
[!quà|quà tặng] (tặng|kèm|của mình|của em) đâu
[thiếu|mất|quên|hết] (phần|món|mất|gửi) [quà|quà tặng|hàng tặng|tặng phẩm]
[giao|gửi] thiếu .. [quà|tặng]
[quảng cáo|nói|ghi|hứa|bảo|kêu|thông báo|đăng|báo|cam kết|livestream|chương trình] .. [quà|tặng|voucher|freeship|miễn phí ship|giảm|khuyến mãi|ưu đãi|hoàn xu|cộng điểm] ... [không|chưa|chẳng|chả|đâu|vẫn|mà]
[mã giảm|voucher|ưu đãi|khuyến mãi|code|mã giảm giá|phiếu giảm giá|mã khuyến mãi|mã freeship|coupon] .. {no} [áp dụng|sử dụng|dùng|xài|nhập|hợp lệ|trừ|giảm|hiệu lực|lấy|được|nhận]
{no} [áp dụng|áp|dùng|nhập|xài|sử dụng|lấy|được dùng] (được) (mã|code|voucher|ưu đãi|khuyến mãi|mã giảm giá) [mã|code|voucher|ưu đãi|khuyến mãi|mã giảm giá|mã freeship|coupon]
{no} [giảm|giảm giá] (như|theo|đúng) .. [quảng cáo|cam kết|thông báo|chương trình|hứa]
{no} [miễn phí|freeship|free ship|miễn ship]
[nhập mã|áp mã|mã giảm giá|code|voucher] .. {no} (còn) [hợp lệ|hiệu lực|đúng|tồn tại]
[flash sale|sale|khuyến mãi|giảm giá|deal] ... mà .. [ra|tính|thu|vẫn|lại]
{no} (được) giảm .. (như) [như|giá|phần trăm|0]
{no} (được) hưởng .. [ưu đãi|khuyến mãi|giảm giá|freeship]
{no} [tích|cộng|tích lũy|hoàn] (thêm|đủ) [điểm|xu]
{no} [như|đúng|đúng với|theo] [chương trình|cam kết|khuyến mãi|ưu đãi|lời hứa]
{no} [giữ|thực hiện|làm] (đúng) [lời|lời hứa|cam kết|hứa]
[khuyến mãi|ưu đãi|giảm giá|sale|quà tặng] [ảo|đểu|dỏm|lừa đảo|láo|lừa]
[lừa đảo|lừa|lừa dối] .. [ưu đãi|khuyến mãi|quà tặng]
[voucher|coupon|code|promo] [not working|doesn t work|does not work|expired]
freeship .. (vẫn|mà) [thu|tính|mất|trả|bị thu|bị tính] (tiền|phí) [ship|vận chuyển]
""",
        3: """
sao .. {no} .. [tặng|khuyến mãi|freeship|voucher|ưu đãi|giảm giá]
[voucher|mã|code|mã giảm giá] .. [báo lỗi|bị lỗi|hết lượt|báo sai|hết hạn|bị mất]
[treo đầu dê|hứa lèo|hứa suông|hứa cuội|thất hứa|nói một đằng|nói 1 đằng|nuốt lời]
[hứa|cam kết] .. (mà|nhưng|rồi) .. {no} [thực hiện|làm|giữ|thấy đâu|gì]
{no} (thấy) [cộng|tích|hoàn] [điểm|xu]
thấy (quà|tặng) đâu
[mua 1 tặng 1|mua một tặng một|mua 0 tặng 0] .. (không|mà|chỉ|giao|nhận) .. [0|một|không|chỉ|chưa]
[trúng thưởng|trúng giải|quay thưởng] .. {no}
{no} .. tặng
""",
        2: """
{no} như (cam kết|hứa|quảng cáo) [cam kết|hứa]
""",
    },
    "staff_attitude": {
        4: """
thái độ .. {no}
thái độ ... [tệ|kém|lồi lõm|xấu|khó chịu|hách dịch|cộc lốc|cọc cằn|láo|tồi|mất lịch sự|mất dạy|thô lỗ|chán|coi thường|khinh|bố đời|gắt|gắt gỏng|thiếu|hỗn|bất lịch sự|trịch thượng|hời hợt|kỳ|kinh khủng|vô|dở|chảnh|cau có]
thái độ [với khách|gì|kiểu|như|vậy|thế|phục vụ]
[nhân viên|tư vấn viên|chủ shop|bảo vệ|shipper|người giao hàng|bạn giao hàng|anh giao hàng|cskh|tổng đài|nhân viên giao hàng|bạn tư vấn|bạn nhân viên|chị chủ|thu ngân] ... [thái độ|hỗn|láo|láo lếu|thô lỗ|cộc lốc|cọc cằn|cọc|cộc|hách dịch|chửi|quát|nạt|mắng|khinh|gắt|gắt gỏng|xúc phạm|bố đời|chảnh|lồi lõm|dọa|cãi|xấc|vô lễ|vô duyên|cáu|cáu gắt|lừa|lừa dối|khó chịu|mất dạy|mất lịch sự|bất lịch sự|thiếu tôn trọng|thiếu chuyên nghiệp|coi thường|làm khó|dúi|quăng|ném|vứt|hời hợt|thờ ơ|hằn học|cau có|nhăn nhó|vô trách nhiệm|hống hách|qua loa|làm lơ]
[hống hách|nói năng thiếu|thô lỗ|thô tục|mất dạy|mất lịch sự|bất lịch sự|vô lễ|vô học|hách dịch|bố đời|cộc lốc|cọc cằn|gắt gỏng|lồi lõm|hỗn láo|trịch thượng]
thiếu [tôn trọng|chuyên nghiệp|lịch sự|thiện chí|trách nhiệm]
{no} tôn trọng (khách|khách hàng|người)
[coi thường|khinh thường|khinh|chửi|quát|mắng|xúc phạm|lăng mạ|sỉ nhục|sỉ vả|dọa|nạt|quát vào mặt] (khách|khách hàng|người mua|vào mặt) [khách|khách hàng|người mua|mặt|người]
[rude|unprofessional|bad attitude]
""",
        3: """
[phục vụ|chăm sóc khách hàng|cskh|dịch vụ|hỗ trợ|tư vấn|chăm sóc] (khách hàng|khách|của shop) {very} [tệ|kém|tồi|chán|dở|ẩu|hời hợt|thiếu|qua loa|lồi lõm|quá tệ]
nhân viên .. [tệ|kém|tồi|chán|dở|ẩu|chậm chạp]
nhân viên ... [không|chẳng|chả|chưa] (hề) [biết|nhiệt tình|hỗ trợ|tư vấn|giúp|thèm|trả lời|rành|tôn trọng]
{no} (hài lòng|vui|vừa lòng) (với|về|lắm) .. [nhân viên|thái độ|phục vụ|tư vấn|cách làm việc|dịch vụ|shipper]
{no} (thèm|chịu|ai|người|có ai|ai thèm) [trả lời|phản hồi|nghe máy|rep|hồi âm|bắt máy|nhấc máy|trả lời tin nhắn|tiếp|ai trả lời|ai nghe|ai hỗ trợ|ai phản hồi|người nghe]
[bán hàng|mua|giao] xong .. [bơ|lơ|mất hút|lặn]
{ask} ... {no} .. [trả lời|phản hồi|nghe|rep|bắt máy|hồi âm|ai|được|liên lạc|xử lý|giải quyết]
[xem|đọc|seen] (rồi) (mà) [không|ko] [trả lời|rep|phản hồi]
[lơ|bơ|phớt lờ|làm lơ|bơ luôn|chặn|block] (luôn) [khách|tin nhắn|mình|tôi|em|zalo|số]
[vô trách nhiệm|thiếu trách nhiệm|không có trách nhiệm|không chịu trách nhiệm|đùn đẩy|đá bóng trách nhiệm]
tư vấn .. [láo|hời hợt|cẩu thả|gắt|lồi lõm|kiểu gì|kiểu quát|không nhiệt tình|sai|kém]
[xử lý|giải quyết|hỗ trợ] .. {very} [chậm|tệ|kém|lâu|ẩu|chán]
{no} [giải quyết|xử lý|hỗ trợ] (cho|khiếu nại|vấn đề|thỏa đáng|kịp thời)
[chị|anh|bạn|em|cô|chú|người|nhân viên] (nhân viên) [bán hàng|thu ngân|giao hàng|tư vấn|lễ tân|kỹ thuật|bảo vệ|quầy] ... [khó chịu|thái độ|cáu|gắt|không chào|lạnh nhạt]
[nhân viên|kỹ thuật|thợ] .. hẹn .. {no} [đến|tới|qua|gọi]
[cúp máy|dập máy|ngắt máy]
[phân biệt đối xử|làm khó khách|làm khó dễ|trả treo|cãi tay đôi|cãi khách]
[tổng đài|hotline|tư vấn viên] .. [bận|không nghe|không ai|bot|không liên lạc]
""",
        2: """
làm ăn (như|kiểu|chán|ẩu|gian dối|mất dạy|gì) [như|kiểu|chán|ẩu|gian dối|gì|lừa đảo|chụp giật|không uy tín|mất uy tín]
[lừa khách|gian dối|gian thương|chặt chém|treo máy khách]
{no} uy tín
{no} (có) thiện [chí|cảm]
phục vụ .. {no} [tốt|tận tình|nhiệt tình|chu đáo|chuyên nghiệp|được|ổn|ok]
""",
    },
    "billing_error": {
        4: """
[trừ|thu|tính|thanh toán|charge|lấy] (tiền|phí|thẻ|mất) .. [hai lần|0 lần|ba lần|2 lần|nhiều lần|đúp|gấp đôi|lặp]
[thu|tính|trừ|lấy|in|ghi|cộng|thu tiền|tính tiền|tính giá|trừ tiền|báo giá] (tiền|giá|phí|phí ship|hóa đơn) {very} [dư|thừa|lố|sai|nhầm|lộn|quá]
[dư|thừa|sai|nhầm|lộn] tiền
[hóa đơn|bill|biên lai] .. [sai|nhầm|lộn|dư|thừa|không đúng|không khớp]
[thối|trả lại|thối lại] (tiền) {very} [thiếu|sai]
trừ [tiền|tài khoản|mất tiền|hết tiền] ... (nhưng|mà|lại) {no}
[báo|ghi|niêm yết|để giá|nói|giá] .. 0 (mà|nhưng|rồi) .. [thu|tính|lấy|đòi|bắt trả] (tiền|tới|đến|thành|mình|tôi|em|khách) 0
bị trừ 0
[trừ|mất|nạp|chuyển] (mất) tiền ... {no} (nhận|nhận được|thấy|cộng|hàng|vào|thành công|đơn|lên)
[đã trừ|bị trừ|trừ] (tiền|mất tiền) (rồi) .. [đơn|mà|nhưng] .. [bị hủy|thất bại|không thành công|lỗi|chưa]
tiền (thì) (đã|vẫn|cứ) (bị) trừ
[trừ tiền|trừ phí|thu phí|trừ] [oan|vô lý|bậy|lung tung|liên tục|vô cớ|không rõ lý do|hoài]
[tự động|tự ý|tự nhiên|tự dưng|tự tiện] (bị) [trừ|thu|tính|mất] (tiền|phí)
[thu|tính|lấy|bắt trả|bắt đóng] thêm (tiền|phí|0|mấy)
[thu|tính|trừ|lấy|giá] .. [cao hơn|khác|hơn] (so với|với|giá) [niêm yết|web|báo|hóa đơn|đơn|app|bảng giá|giá niêm yết|lúc đặt]
giá .. (không|khác|sai) [khớp|hóa đơn|niêm yết]
[charged twice|double charged|overcharged|charged wrong|wrong amount]
[đã cọc|đã trả tiền|đã chuyển khoản|đã thanh toán|thanh toán rồi|chuyển khoản rồi|trả tiền rồi] ... (vẫn|mà|lại|còn) (bị|bắt|còn) [thu|thu tiền|tính|đòi|đòi tiền|thu cod|thu lại|bắt trả|trả thêm|đóng thêm]
""",
        3: """
[mất|bị trừ|trừ] tiền
phí .. [quá cao|cắt cổ|hút máu|vô lý|trên trời|quá đắt]
[hút máu|lãi cắt cổ|nuốt tiền|ăn chặn|ăn cắp tiền|móc túi]
{no} nhận (được) tiền
{no} (cho) rút (được|tiền)
nạp .. [mất|mà không|không lên|chưa lên|không có|chả thấy]
[mua|nạp] (thẻ|thẻ game|gói) .. (xong|rồi) (bị) mất
[chuyển tiền|chuyển khoản|nạp tiền] (mà|nhưng) .. {no} [nhận|vào|lên|tới]
nạp ... {no} [nhận|nhận được|vào|cộng|thấy|gem|xu|kim cương|vàng|một]
[mất oan|mất toi|bay màu|mất trắng] .. [tiền|nghìn|triệu|k|tr]
tiền .. bị [trừ|mất] (mất)
""",
    },
}

# Refused complaints that would otherwise be taken for "not delivered".
NO_COMPLAINTS: dict[str, dict[float, str]] = {
    "none": {
        0: """
[không|chưa|chẳng|chả] (hề|bị|có|lần nào) (hề|bị) [giao|gửi|ship] (hàng|đồ) [trễ|chậm|muộn|nhầm|sai|thiếu|lộn|lâu]
"""
    }
}
