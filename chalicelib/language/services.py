"""Phrases of technical support and service requests, by sub-type and weight.

The notation is that of ``phrasebook``, the weights those of ``complaints``.
"""

SERVICES: dict[str, dict[float, str]] = {
    "usage_help": {
        4: """
[hướng dẫn|hdsd|chỉ mình|chỉ em|chỉ tôi|chỉ giúp|chỉ cách|chỉ dẫn] {for} (cách) [sử dụng|dùng|cài|cài đặt|lắp|lắp đặt|cách|pha|vệ sinh|giặt|kết nối|kích hoạt|thao tác|sạc|xài|chỉnh|vận hành|bảo quản|đấu|thay|uống|bôi|lắp ráp]
hướng dẫn {for}
cách (để) (sử dụng|dùng|cài đặt|cài|lắp đặt|lắp|pha|vệ sinh|kết nối|kích hoạt|bật|tắt|mở|reset|chỉnh|giặt|thay|khởi động|tháo|bảo quản|vận hành|cập nhật|đồng bộ|ghép đôi|uống) (nó|này|sao|ntn) [như thế nào|thế nào|ra sao|sao|gì|ntn]
[sử dụng|dùng|cài|cài đặt|lắp|lắp đặt|kết nối|kích hoạt|!pha|!chỉnh|uống|bôi|thoa|giặt|reset|xài|bật|!thay|vệ sinh|bảo quản|sạc] .. [như thế nào|thế nào|ra sao|như nào|kiểu gì|làm sao|sao vậy|sao ạ|sao shop]
[làm sao|làm thế nào|cách nào|cách] (để|mà) [sử dụng|dùng|cài|cài đặt|lắp|kết nối|bật|tắt|mở|kích hoạt|chỉnh|xài|khởi động|sạc|đồng bộ|in|xóa|ghép|vệ sinh|thêm|bấm|reset|cập nhật]
[bật|tắt|mở|chỉnh|cài|lắp|reset|sử dụng|vệ sinh|kết nối|khởi động|tháo] ... [sao ạ|sao shop|sao vậy|sao nhỉ|thế nào|như thế nào|sao ad|ra sao]
video hướng dẫn
{no} biết (cách|phải) (làm) [sử dụng|dùng|cài|cài đặt|lắp|kết nối|bật|mở|chỉnh|pha|xài|bấm|sạc|khởi động|kích hoạt|reset|thao tác|sử|cách dùng]
{no} [kết nối|cài|cài đặt|đồng bộ|ghép nối|ghép đôi|cập nhật] (được) (với|wifi|bluetooth|app)
[kết nối|cài đặt|!cài|đồng bộ|ghép đôi|cập nhật] .. {no} (được|với)
[how to use|how do i use|how to install|how to connect|how do i set|user manual]
[ứng dụng|ap|web|website|hệ thống|phần mềm|trang web|game|app] .. [lỗi|giật|lag|văng|treo|!đơ|chậm|sập|bay ra|thoát ra|nặng máy|load|out|chớp|!đứng|!dừng|không vào|không mở|không dùng được|không chạy|không hoạt động|không tải|không load|không phản hồi|không mên]
đồ họa .. [lỗi|giật|mờ]
[lỗi|lag|giật] (của) [ứng dụng|hệ thống|phần mềm|web|website|game]
""",
        3: """
[xin|cần|muốn|nhờ|được] (xem|tải|link) (hướng dẫn|hdsd) [hướng dẫn|hdsd|sách hướng dẫn]
hỗ trợ {for} (kỹ thuật|kĩ thuật|cài đặt) [kỹ thuật|kĩ thuật|cài đặt|cách dùng|cách sử dụng]
[văng|out|thoát|bay] (ra|khỏi) [ngoài|ra|ứng dụng|trang chính|game|hoài]
cập nhật .. [lỗi|giật|lag|nặng|hoài|kém]
[nhà phát hành|nhà phát triển|nhà phát triểu|nph|nhà sản xuất|admin|nhà sảng xuất] ... [sửa|khắc phục|lỗi|xem lại|kiểm tra|xem xét|điều chỉnh]
[sửa|sửa giúp|sửa giùm|khắc phục] (lại) lỗi
[không|ko|chưa|chẳng] (thể) [tải|vào|truy cập|load|mở|cài|kết nối|chơi|nghe|xem|thao tác|quét|hiển thị|dịch|xác thực|hội thoại|đăng] (về|lên|đi|mạng|ứng dụng|app|mã|video|thông tin) (được)
[tải|vào|truy cập|load|mở|xem|chơi|nghe|quét|cài|quét mã|xác thực] (mã|thông tin|qr|game|ứng dụng|video) [không|ko|chưa|mãi không|hoài không] (được|xong|nổi)
[load|tải|xoay|quay] (mãi|hoài|chậm|lâu|tròn|tơ|vòng) [mãi|hoài|tròn|lâu|chậm|vòng]
[mất|xóa] (hết|sạch) dữ liệu
[mất|xóa] .. [khóa học|dữ liệu|lịch sử]
cài (đặt) lại
[giật lag|lag giật|lag quá|báo lỗi|thông báo lỗi|mã lỗi]
[vào|mở] .. [văng|thoát|đơ|giật] ra
[phiên bản|bản] (cập nhật|mới) .. [lỗi|giật|tệ|lag]
""",
        2: """
[cài đặt|cách dùng|cách sử dụng|cách xài|dùng sao|sử dụng sao|hdsd|phải làm sao|làm sao đây|làm thế nào]
[dùng|uống|bôi|thoa] (ngày|một ngày) mấy lần
[uống|bôi|thoa|dùng|xịt|ăn] .. trước .. hay sau
[bị lag|bị giật|bị văng|không vào được|bảo trì]
ứng dụng {very} [chậm|nặng|lỗi|tệ|kém]
sao .. {no} (vào|tải|mở|nghe|xem|kết nối|cài) được
quảng cáo {very} nhiều
cứ .. lỗi
[thường xuyên|liên tục|hay] (bị) lỗi
""",
    },
    "payment_difficulty": {
        4: """
[không|chưa|ko|chẳng] (thể) (làm sao) [thanh toán|chuyển khoản|chuyển tiền|quét mã|quét qr|quẹt thẻ|nạp tiền|rút tiền|trả góp|trả tiền|nhập thẻ|liên kết thẻ|liên kết ví] (qua|bằng|thẻ|online|ví) (được)
[thanh toán|chuyển khoản|chuyển tiền|nạp tiền|nạp thẻ|quét mã|quét qr|quẹt thẻ|giao dịch|rút tiền|trả góp|nhập thẻ|liên kết thẻ|liên kết ví] ... [không được|chưa được|lỗi|bị lỗi|hoài không|mãi không|thất bại|không thành công|bị từ chối|bị treo|không xong|không qua|bị hủy|báo lỗi|không nổi|không vào]
lỗi (khi|lúc|ở bước|phần) (đang) [thanh toán|giao dịch|chuyển khoản|chuyển tiền|nạp tiền|nhập thẻ|quét mã|thẻ]
từ chối (thanh toán|giao dịch) [thanh toán|giao dịch|thẻ]
[đã chuyển khoản|đã thanh toán|đã chuyển tiền|đã trả tiền|chuyển khoản rồi|thanh toán rồi|đã ck|chuyển tiền rồi] ... [báo chưa|chưa thấy|vẫn báo|chưa xác nhận|chưa ghi nhận|hiện chưa|chờ thanh toán|chưa duyệt|chưa nhận|chưa thanh toán|chưa cập nhật|không xác nhận|không ghi nhận]
thẻ .. {no} (nhận|được|dùng|chấp nhận|quẹt|liên kết) (nhận|quẹt|thanh toán)
[quét|quét mã|nhập thẻ|nhập số thẻ] ... báo {no} [hợp lệ|đúng|thành công|được]
[momo|zalopay|vnpay|ví] (trừ|quét) [không|ko] (trừ) được
[mã qr|qr|link thanh toán|cổng thanh toán|trang thanh toán] .. [lỗi|không|hết hạn|hỏng|đơ]
[payment failed|payment error|payment problem|cannot pay|can not pay|unable to pay|card declined]
""",
        3: """
[làm sao|cách nào|làm thế nào|cách|hướng dẫn] (để|mà|cho em|mình) [thanh toán|chuyển khoản|trả góp|trả tiền]
thanh toán (bằng|qua|như) [như thế nào|thế nào|kiểu gì|bằng cách nào|ra sao|sao|gì]
[khó khăn|trục trặc|vướng mắc|gặp vấn đề|rắc rối] .. (thanh toán|chuyển khoản) [thanh toán|chuyển khoản]
thanh toán {very} (khó|phiền|rắc rối|phức tạp) [khó|phiền|rắc rối|phức tạp|khó khăn]
{no} [chuyển|nạp|rút] được
[giao dịch|chuyển tiền|chuyển khoản|nạp tiền|chuyển] ... [lỗi|treo|chậm|nhảy|lâu|khó]
lỗi [giao dịch|thanh toán|chuyển khoản|nạp tiền]
[hạn mức giao dịch|hạn mức|hủy hạn mức]
[ví|ví điện tử|momo|zalopay|vnpay] .. [lỗi|không|trừ]
chưa (thấy|được) xác nhận (thanh toán|chuyển khoản|tiền)
""",
        2: """
[số tài khoản|qr] [để|của|chuyển khoản|shop]
{please} (số tài khoản|mã qr|stk) [số tài khoản|mã qr|qr]
[có nhận|có được|cho|có hỗ trợ|có thể|nhận] [thanh toán|quẹt thẻ|trả góp|chuyển khoản|cod|thẻ] .. {q}
[thanh toán bằng|thanh toán qua|thanh toán online|trả góp]
giao dịch .. được
[nạp tiền|nạp thẻ] .. lỗi
""",
    },
    "account_access": {
        4: """
quên (mất|hết|cái|luôn) (mật khẩu|mk|tài khoản|tên đăng nhập) [mật khẩu|mk|tài khoản|tên đăng nhập|pass]
{no} (đăng nhập|log in|login|vào) [đăng nhập|đăng ký|login|log in|vào tài khoản|vào nick|vào được tài khoản|truy cập tài khoản]
[đăng nhập|đăng ký|đăng kí] (tài khoản|vào) (tài khoản) .. [không|ko|chưa|lỗi|mãi|hoài|thất bại|báo sai|giật|bị] (được|vào|nổi)
lỗi (khi|lúc) (đăng nhập|đăng ký) [đăng nhập|đăng ký]
[tài khoản|nick|acc] ... bị [khóa|khoá|hack|chặn|treo]
[tài khoản|nick|acc] ... {no} [vào|đăng nhập|truy cập] (được)
[tài khoản|acc|nick|account|thẻ thành viên] .. (bị) [khóa|khoá|hack|chặn|treo|đăng xuất|vô hiệu|cấm|xâm nhập|đánh cắp|bay màu|mất]
mất (luôn) [tài khoản|nick|acc]
[đổi|thay|thay đổi] (lại) (cái) mật khẩu
bị [hack|khóa tài khoản|khoá tài khoản|mất tài khoản|mất nick|đánh cắp tài khoản|mất acc]
[khôi phục|lấy lại|mở khóa|mở lại|cấp lại|đặt lại|reset|đổi lại|tìm lại|thay đổi] (cái|giúp) (mật khẩu|tài khoản) [mật khẩu|mk|tài khoản|nick|acc|mã xác thực|mã mã xác thực|otp]
{no} (gửi|nhận|về|gửi về) (được|thấy) [mã otp|otp|mã xác nhận|mã xác thực|mã kích hoạt|mã xác minh]
[mã otp|otp|mã xác nhận|mã xác thực|mã kích hoạt|mã xác minh|mã mã xác thực] .. [không|ko|chưa|lỗi|sai|hết hạn|hoài không|mãi không] (gửi|về|nhận|tới|đến|đúng|hợp lệ|được)
[xóa|xoá|đóng|vô hiệu hóa] (giúp|cái|luôn) tài khoản
[đổi|cập nhật|thay đổi|sửa] (lại) (số điện thoại|email|thông tin) [đăng nhập|tài khoản|cá nhân|đăng ký|thành viên]
[forgot password|forgot my password|reset password|cannot log in|can not login|cannot login|account locked|account blocked]
""",
        3: """
[sai|mất|đổi|nhập|cấp] (lại) [mật khẩu|mk]
[smart otp|sinh trắc học|xác thực khuôn mặt|quét mặt|phiên đăng nhập|mã pin]
[xác thực|xác minh] .. [không được|lỗi|chưa được|mãi]
kích hoạt .. [mã|otp|smart|xác thực|tài khoản] .. [không|lỗi|chưa]
đăng nhập (lại) [hoài|mãi|liên tục|nhiều lần]
truy cập .. tài khoản
{no} vào được (tài khoản|nick|acc) [tài khoản|nick|acc]
[khó đăng nhập|thao tác đăng nhập]
{no} cho (tôi|mình|em) [truy cập|đăng nhập]
""",
        2: """
[mã otp|otp|mật khẩu|đăng nhập|truy cập được]
tài khoản (của) {me} [bị sao|sao|bị|không vào]
[đăng ký tài khoản|tạo tài khoản|hạng thành viên|thẻ thành viên]
""",
    },
    "exchange_return": {
        4: """
{please} (shop|bên mình|hỗ trợ) (hỗ trợ|làm thủ tục) [đổi|trả] (lại) [hàng|size|màu|mẫu|sang|cái|sản phẩm|áo|quần|giày|máy|được|khác|cho|lại|trả|nó]
{please} (shop|bên mình|hỗ trợ) (hỗ trợ|làm thủ tục) [đổi trả|đổi lại|trả lại|trả hàng|đổi hàng]
[đổi|trả] được .. [không|chứ]
đổi (trả) (lại) {goods} [size|màu|mẫu|loại|cỡ|số] (khác|to|lớn|nhỏ|sang|lại)
đổi (trả) (lại) {goods} [giúp|cho|giùm|hộ|dùm|lại|khác|sang|mới]
[đổi|trả|đổi trả|đổi hàng|trả hàng|đổi size] (lại) {goods} [được không|được ko|không shop|không ạ|được k|được chứ]
[có|được|có được|có cho|cho] (được) [đổi|trả|đổi trả] (hàng|size|lại|màu|trả) .. [không|ko|chứ]
{no} (cho|chịu|đồng ý|hỗ trợ|cho phép|chấp nhận) [đổi|đổi trả|đổi hàng|trả hàng|đổi lại|trả lại hàng] (hàng|lại|size|trả)
trả (lại) [hàng|đồ|sản phẩm|đơn|áo|quần|váy|giày|máy] (này|về|lại)
[làm sao|làm thế nào|cách|thủ tục|chính sách|quy trình|điều kiện|quy định|phí|thời hạn|hạn] (nào) (để|mà|được) (đổi|trả|đổi trả) [đổi|trả|đổi trả|đổi hàng|trả hàng|đổi lại]
[gửi|ship|hoàn|chuyển] (hàng) [trả lại|lại hàng|hàng lại|trả hàng|hoàn hàng|hàng về] (cho|về) (shop)
[exchange the|exchange for|return the|return this|return my|exchange my|return policy|want to return|want to exchange]
""",
        3: """
[đổi hàng|trả hàng|đổi size|đổi màu|đổi máy|đổi lại|trả lại hàng|đổi sang|đổi cái|đổi mẫu]
{please} [đổi|trả]
[ra|đem|mang|đi] [đổi|trả|đổi lại] (lại|máy|hàng)
{no} vừa .. [đổi|trả]
[gửi lại|hoàn lại|hoàn trả] (hàng|shop)
[trả|đổi] .. cho shop
trả lại
""",
        2: """
[đổi trả|hoàn hàng|thu hồi]
""",
    },
    "refund": {
        4: """
[hoàn|refund|trả lại|trả|hoàn lại|hoàn trả] (lại) (đủ|hết|toàn bộ|nửa|phần) (số) [tiền|tiền cọc|cọc|tiền hàng|phí] (lại|cho|về|hàng)
[trả hàng hoàn tiền|hoàn tiền|refund|money back|hoàn phí|hoàn cọc|rút cọc|lấy lại tiền|lấy lại cọc|đòi lại tiền|đòi tiền lại]
{please} [hoàn|hoàn lại|hoàn trả] (tiền|lại)
tiền hoàn .. [không|chưa|khi nào|bao giờ|bao lâu|đâu|về|lại]
[nhận|nhận được|có|được] (lại) tiền hoàn
{no} (nhận|nhận được) (tiền) hoàn (tiền|lại|trả)
[xin|lấy|cho xin] lại tiền
[tiền|cọc|tiền cọc] ... [lấy lại|hoàn lại|được hoàn]
[bao lâu|khi nào|bao giờ|mấy ngày] .. tiền (mới|sẽ) về
tiền .. về (lại) (tài khoản|thẻ|ví) (khi|bao) [tài khoản|thẻ|ví|khi nào|bao giờ]
[khi nào|bao giờ|bao lâu|mấy ngày] ... [hoàn tiền|tiền hoàn|hoàn lại|được hoàn|hoàn]
""",
        3: """
[trả|chuyển|gửi] [lại|khoản lại] tiền
[trả|gửi] tiền [lại|về] (cho)
[chuyển lại tiền|bồi hoàn]
""",
    },
    "warranty": {
        4: """
bảo hành .. {q}
bảo hành [giúp|cho|giùm|hộ|dùm]
[còn|hết|được|có|cho|còn hạn|phiếu|thẻ|trung tâm|địa điểm|gửi|đi|mang đi|đem đi|thời gian|thời hạn|chế độ|chính sách|nhận|trạm|gói|tem|sổ|giấy|phí|điều kiện] bảo hành
{please} (đi|hỏi|làm|đăng ký|kích hoạt|tra cứu|kiểm tra|gửi|biết) (về|thông tin|gói) bảo hành
[kích hoạt|đăng ký|tra cứu|kiểm tra|hỏi] .. bảo hành
{no} (chịu|nhận|cho|đồng ý|hỗ trợ|phiếu|giấy) bảo hành
[mang|đem|gửi|đưa|ra] .. [bảo hành|đi bảo hành|sửa|đi sửa|sửa chữa]
sửa (chữa) ... [phí|giá|bao nhiêu|ở đâu|giúp|bao lâu|được không]
[warranty|guarantee]
""",
        3: """
[bảo hành|bảo hàng điện tử|bảo trì máy|bảo dưỡng]
{n} [ngày|tuần|tháng] (mới|để) sửa (chữa|xong)
thay (màn hình|pin|linh kiện|mặt kính) .. [bao nhiêu|phí|giá|không|ở đâu|hết]
[gửi thẩm định|gửi máy đi]
bh .. [không|ko|bao lâu|ở đâu]
""",
    },
    "order_change": {
        4: """
[hủy|huỷ|cancel] {for} (cái|luôn) (đơn|đơn hàng|đặt hàng|order) [đơn|đơn hàng|đặt hàng|order|đơn này|mua hàng|cái đơn]
{no} (muốn|cần) (mua|lấy|đặt|nhận) (hàng|đơn|nữa) [nữa|hủy giúp|hủy]
[đổi|sửa|thay đổi|chỉnh|chỉnh sửa|cập nhật|đổi lại|sửa lại|thay] {for} (lại|cái) [địa chỉ|thông tin người nhận|thông tin nhận hàng|sđt nhận|số điện thoại nhận|số điện thoại|tên người nhận|người nhận|ngày giao|giờ giao|thời gian giao|hình thức thanh toán|phương thức thanh toán|địa chỉ giao|địa chỉ nhận|thông tin đơn]
[đổi|sửa|thay đổi|chỉnh|chỉnh sửa|gộp|tách|ghép|cập nhật] {for} .. [đơn|đơn hàng]
[thêm|bớt|bỏ] ... [vào đơn|khỏi đơn|trong đơn|vào đơn hàng|cùng đơn]
[đơn|đơn hàng|đặt|đặt hàng|order] ... [muốn|xin|cần|giúp|cho|nhờ] {me} (được) [đổi|sửa|hủy|huỷ|thêm|bớt|thay|chỉnh|gộp]
[vừa đặt|mới đặt|lỡ đặt|đã đặt|vừa order|vừa chốt|mới chốt|vừa mua|lỡ tay đặt|lỡ mua] ... [đổi|sửa|hủy|huỷ|thay|thêm]
[đặt nhầm|đặt sai|ghi nhầm|ghi sai|nhập sai|nhập nhầm|điền sai|điền nhầm|chọn nhầm|chọn sai|để nhầm|để sai|ghi thiếu|nhập thiếu|điền thiếu|đặt lộn|đặt dư|đặt trùng] (mất) (địa chỉ|size|màu|số|mẫu|sđt|tên|loại|hàng)
[dời|hoãn|lùi|đổi] {for} (lịch|ngày|giờ|thời gian) (giao|nhận|giao hàng) (hàng|sang|qua|lại) [giao|nhận|sang|qua|lại|lịch|ngày]
[chuyển|đổi|giao] .. [qua|sang|tới|đến|về] địa chỉ
[giao|ship] (hàng) [sau|trước|vào] (lúc) 0 .. [được|giúp|nhé|nha|giùm]
[đừng|khoan] (vội) (gửi|giao|ship) [gửi|giao|ship|lên đơn]
[giao|ship] (hàng) (cho mình|giúp mình|cho em|giúp em) (sang|qua|lại|vào|về|đến|tới) [ngày khác|địa chỉ khác|hôm khác|chỗ khác|ngày mai giúp|buổi tối|ngoài giờ hành chính|cuối tuần]
[cancel my order|cancel the order|cancel this order|cancel order|change my address|change the address|change delivery address|change my order]
""",
        3: """
[hủy đi|huỷ đi|hủy đơn|huỷ đơn|đổi địa chỉ|sửa đơn|đổi đơn|đặt nhầm|đặt lộn|hủy giúp|huỷ giúp|hủy giùm|yêu cầu hủy|hủy hàng|hủy đặt|hủy mua|bùng hàng]
[hủy|huỷ] (giúp|hộ|giùm|cái) [em|mình|tôi|hàng]
{no} [lấy|mua|nhận hàng] nữa
""",
    },
}
