"""Phrases of inquiries, suggestions and praise, by sub-type and weight.

The notation is that of ``phrasebook``, the weights those of ``complaints``.
"""

QUESTIONS: dict[str, dict[float, str]] = {
    "product_price": {
        3: """
giá (sản phẩm|cái này|mẫu này|này|cả|bán|của|1 cái|ship) .. [bao nhiêu|bao nhiu|bn|sao|thế nào|như thế nào|nhiêu|ntn|mấy|gì]
[bao nhiêu|bao nhiu|bn|nhiêu] (tiền|1|0|một|vậy|cái|cả) [tiền|vậy|ạ|thế|shop|1|0|một|cái|em|ad|đồng|bạn|ship|kg]
[bao nhiêu tiền|bn tiền|giá bao nhiêu|giá bn|giá nhiêu|nhiêu tiền|mấy tiền|giá sao|giá thế nào|giá cả sao|giá vậy|giá sỉ|giá lẻ]
[xin|báo|cho|cho xin|hỏi|inbox|check|biết|cho hỏi|cho biết|nhắn|gửi|xem] {me} (xin|hỏi|biết|bảng|cái) giá
[bảng giá|báo giá|giá ạ|giá shop|xin giá|check giá|inbox giá|hỏi giá]
còn [hàng|size|màu|mẫu|loại|sản phẩm|áo|váy|cái|đôi|mã|slot] .. [không|chứ]
còn không
[còn hàng|còn size|còn màu|còn mẫu|còn bán|hết hàng chưa|hết hàng chưa|hết chưa|có sẵn|sẵn hàng|khi nào có hàng|bao giờ có hàng|có hàng lại|hàng về chưa|khi nào về hàng|bao giờ về hàng]
[có bán|có màu|có size|có mẫu|có loại|có hàng|có ship|có giao|có freeship|có giảm|có khuyến mãi|có khuyến mại|có chương trình|có cod|có gói|có được kiểm tra|có chính hãng|có ưu đãi|có voucher|có giảm giá|được giảm] ... [không|ko|chưa|chứ|nào|gì|k]
[muốn|cần|định|tính|đang] (mua|đặt|tìm|hỏi|order) [mua|đặt mua|đặt hàng|order|tìm mua|tìm|lấy|hỏi mua|đặt] (thêm|0|một|hai|cái|sỉ|online)
cho {me} (đặt|mua|order|lấy|xin) [đặt|mua|order|lấy|hỏi mua|đặt mua] (0|một|hai|cái|hàng|con|thêm|combo|set)
[đặt mua|đặt lịch|mua sỉ|nhập sỉ|lấy sỉ|làm đại lý|làm ctv|tuyển ctv|tuyển đại lý]
{please} (được) tư vấn
tư vấn [giúp|hộ|giùm|cho|với|thêm|về] (mình|em|tôi|anh|chị) (về|thêm|sản phẩm|gói|mẫu|loại)
[phí ship|phí vận chuyển|tiền ship|ship phí|phí giao hàng|cước ship] .. {q}
ship (về|tới|đến|cod|tỉnh|hỏa tốc|toàn quốc) .. [không|ko|bao nhiêu|bn|mấy|phí]
[mua ở đâu|mua hàng sao|mua như thế nào|mua thế nào|mua kiểu gì|đặt hàng sao|đặt thế nào|đặt sao|mua trực tiếp|mua online]
[cửa hàng|shop|showroom|chi nhánh] .. [ở đâu|địa chỉ|chỗ nào|đường nào|quận nào|có ở]
địa chỉ [shop|cửa hàng|ở đâu|mua|showroom|bên mình]
[chất liệu|vải|thành phần|công dụng|thông số|cấu hình|kích thước|xuất xứ|trọng lượng|dung tích|màu sắc] .. [gì|là gì|thế nào|như thế nào|ra sao|sao ạ|sao shop|ở đâu|bao nhiêu]
[hợp|dùng được|mặc được|phù hợp|xài được|dùng cho|mặc vừa] .. [da|bà bầu|bé|trẻ|người|trẻ em|size] .. [không|ko|nào]
[cao|nặng|0] .. [mặc|đi|lấy] (được|vừa) size (nào|gì)
size [nào|gì|mấy|bao nhiêu]
[mặc|đi|lấy|chọn|đeo] size .. [vừa|nào|được không|gì]
[chính hãng|hàng auth|hàng thật|hàng xách tay] (không) [không|hay]
[có phải hàng chính hãng|hàng chính hãng không|có phải chính hãng|hàng thật không|auth không|có auth|hàng gì vậy]
[how much|what is the price|what s the price|price please|do you have|in stock|do you ship]
[khác nhau|khác gì|so sánh|nên mua loại nào|nên chọn loại nào|loại nào tốt|con nào tốt|mẫu nào đẹp]
""",
        2: """
giá [vậy|ạ|shop|đi|nhỉ|thế|của]
[catalog|catalogue|thấy quảng cáo|cần tư vấn]
[quan tâm|hỏi|xem] (đến|tới|về|thêm) [sản phẩm|mẫu|gói|dịch vụ]
chốt [đơn|cho|0|một|giúp]
tư vấn ... cho
[màu nào|loại nào|mẫu nào|có mấy màu|mấy loại|những màu gì|những loại nào]
[mở cửa|đóng cửa|làm việc] .. [mấy giờ|lúc|không|chủ nhật|chưa]
mấy giờ [mở|đóng|làm]
[cho|xin] {me} (hỏi|xem|xin) (mẫu|hàng|thông tin|thêm|hình|ảnh|review) [mẫu|hàng|thông tin|thêm hình|hình|ảnh|review|sản phẩm]
có .. [tốt|bền|đẹp|ổn|êm|dễ dùng|thật|rát|nóng|khô|an toàn|vừa] {me} (không|ko) [không|ko]
""",
        1: """
[đặt hàng|shop tư vấn|tư vấn cho|tư vấn về]
có .. không [shop|ạ|vậy|em|ad|bạn|nhỉ]
[là sao ạ|là sao vậy|thắc mắc|cho hỏi|cho mình hỏi|cho em hỏi]
""",
    },
    "order_status": {
        4: """
{thing} .. [đến|tới|đi|về|ở] (chỗ|đoạn) [đâu|nào] (rồi|vậy)
[đi đến đâu|đi tới đâu|đến đâu rồi|tới đâu rồi|ở đâu rồi|đi đâu rồi]
[kiểm tra|check|tra cứu|theo dõi|xem lại|tra|hỏi thăm|xem] {for} (thông tin|tình trạng|tình hình|trạng thái|cái|mã|thử|hộ) (của) [đơn|đơn hàng|vận đơn|mã vận đơn|đơn này]
[tình trạng|tình hình|trạng thái] (của) (đơn|giao) [đơn|đơn hàng|vận chuyển|giao hàng|hàng|vận đơn]
[khi nào|bao giờ|chừng nào|hôm nào|ngày nào|mấy giờ|lúc nào|bao lâu|mấy ngày] (nữa) (thì|mới|shop|bên mình|là|hàng|đơn) (mới|được|thì|em|mình|tôi|của em|của mình|có thể) [giao|nhận|nhận được|ship|gửi|tới|đến|về|đi hàng|giao tới|có hàng ạ]
[giao|nhận|ship|gửi|hàng|đơn|tới|đơn hàng] ... [khi nào|bao giờ|chừng nào|hôm nào|lúc nào] (vậy|ạ|thế|giao|tới|nhận|đến|ship|về)
[đã|được] (gửi|giao|ship|lên đơn|đóng|xuất kho|xác nhận|đi) [gửi|giao|ship|lên đơn|đóng hàng|xuất kho|xác nhận|đi] ... chưa
[gửi|giao|ship|lên đơn|đi|xác nhận|đóng hàng|chốt đơn] (hàng|đơn|đi) (cho) {me} chưa
[đơn|đơn hàng] ... [giao|gửi|xác nhận|đi|lên|duyệt|chốt|ship|tới|về|xử lý] .. chưa (ạ|shop|vậy)
[xin|cho|gửi|cho xin|cần] {me} (xin|số|lại) [mã vận đơn|mã tracking|mã đơn|link theo dõi]
[hôm nay|mai|chiều nay|sáng mai|ngày mai|tối nay] .. (có|đã) (nhận|giao|ship) [nhận|giao|ship|nhận được|tới] (hàng|được|kịp) .. [không|chưa]
đơn (hàng) .. [sao rồi|thế nào rồi|như thế nào rồi|ra sao rồi|tới chưa|đến chưa|về chưa]
[where is my order|where is my package|order status|track my order|track order|tracking number|when will my order|when will it arrive|has my order]
""",
        3: """
[kiểm tra đơn|check đơn|tra đơn|tra cứu đơn|xem đơn|theo dõi đơn|mã vận đơn]
[khi nào giao|bao giờ giao|khi nào nhận|bao giờ nhận|khi nào ship|bao giờ ship|khi nào tới|bao giờ tới|khi nào có hàng]
[bao lâu|mấy ngày] (thì|mới|là|nữa) (nhận|giao|tới|có|về|đến) [nhận|giao|tới|có|về|đến|nhận được]
[giao|ship] (hàng|tới|đến|về) (mất|trong) [bao lâu|mấy ngày|bao nhiêu ngày]
[hàng|đơn|giao|ship] (về|tới|đến|đi) (tới) chưa
[thời gian giao hàng|thời gian giao|dự kiến giao|ngày giao] .. {q}
[giao trong ngày|giao hôm nay|giao kịp] .. [không|được|kịp]
""",
    },
}

OPINIONS: dict[str, dict[float, str]] = {
    "improvement": {
        5: """
[góp ý|góp ý nhỏ|đóng góp ý kiến|đề xuất|kiến nghị|ý kiến đóng góp|xin có ý kiến]
""",
        4: """
[cải thiện|cải tiến|khắc phục] (thêm|hơn|lại|phần|chất lượng|dịch vụ|tốc độ|cách|khâu|về)
[shop|bên mình|bên bạn|cửa hàng|app|ứng dụng|admin|ad|nhà phát triển|nph|hãng|game] (này) [nên|có thể|cần|hãy] (có|làm|bổ sung|thêm|mở|ra) [thêm|bổ sung|mở|có|làm|cho|đầu tư|nâng cấp|cập nhật|giảm|tăng|đóng gói|bọc|ghi|chú ý|in|để|kiểm tra|cải thiện|ra]
[mong|hy vọng|hi vọng|ước gì|giá như|giá mà|mong rằng] (shop|admin|ad|bên|nph|nhà phát hành|app|ứng dụng|cửa hàng|game|sẽ|có) (sẽ|sớm|có) (thể) [thêm|bổ sung|nâng cấp|mở|giảm|tăng|ra|cải thiện|cho thêm|làm|có|cho] (thêm|rộng|nhiều)
[thêm|bổ sung] (nhiều) [chức năng|tính năng|phần|mục|chế độ|sự kiện|event|màu|size|mẫu|phương thức|chi nhánh|dịch nghĩa|kênh]
nên (có|làm|được|cho) [thêm|bổ sung|cải thiện|nâng cấp|đầu tư|chú ý|cập nhật|giảm|tăng|đóng gói|bọc|mở|có|giảm bớt]
nếu (có|thêm|được|shop|có thêm) ... [thì|sẽ] (sẽ|thật|rất|càng) [tốt|hay|tuyệt|hoàn hảo|tiện|ok|quá tốt|tuyệt vời|hoàn thiện] (hơn|biết mấy|quá)
cải tiến
[phải chi|ước gì|ước chi|giá như] ... (thì|nữa) [thì|có thêm|nữa|hay biết mấy]
[suggestion|i suggest|would be better if|please add|feature request]
""",
        3: """
lần sau (shop|mong shop|bên mình|mong|nhớ) (nên|nhớ) [nên|nhớ|gói|cố gắng|rút kinh nghiệm|chú ý|đóng gói|hãy|đóng|giao]
[rút kinh nghiệm|bớt quảng cáo|giảm bớt|giảm quảng cáo]
[đề nghị|yêu cầu] (shop|bên) [nâng cấp|thêm|cải thiện|bổ sung|tăng|mở]
cần (phải|có|được) [bọc|gói|đóng gói|thêm|bổ sung|nâng cấp|giải đáp|cải thiện|chú ý|giải thích|đáp án|training|đào tạo] (kỹ|chống sốc|hơn|lại)
[liệu|có thể] .. (cải tiến|thêm|bổ sung) [cải tiến|thêm|bổ sung]
{no} có [chế độ|tính năng|chức năng]
""",
        2: """
[đề nghị|mong shop|mong cửa hàng|mong ad|mong admin|mong nhà|mong hãng|mong bên]
[xem xét lại|xem lại|coi lại|chú ý hơn|cố gắng hơn]
""",
    },
    "praise": {
        2: """
{ship} {goods} {goods} {very} [nhanh|nhanh chóng|sớm|lẹ|đúng hẹn|đúng giờ|siêu tốc]
[rất|quá|cực|siêu|khá|cực kỳ|cực kì|thật|vô cùng|hơi bị] (là|chi) [đẹp|tốt|ưng|thích|hài lòng|tuyệt|ngon|mê|xịn|chất|hay|ok|ổn|thơm|nhiệt tình|dễ|mịn|mềm|mượt|vừa|xinh|rẻ|đáng|chu đáo|tận tâm|hữu ích|vui|êm|thân thiện|nhanh|tuyệt vời|ấn tượng|hợp|chắc chắn|cẩn thận]
[đẹp|tốt|xinh|xịn|ngon|thơm|hay|chất|mịn|mềm|êm|ổn|thích|mê|ưng] [quá|lắm|ghê|dã man|xuất sắc|xỉu|luôn|nha|vãi|phết|thật|hết ý|lắm luôn]
[hài lòng|ưng ý|ưng quá|ưng lắm|ưng bụng|ưng ghê|tuyệt vời|tuyệt cú mèo|tuyệt quá|tuyệt hảo|tuyệt lắm|nhiệt tình|chu đáo|tận tâm|tận tình|dễ thương|đáng yêu|xuất sắc|hoàn hảo|trên cả tuyệt vời|ấn tượng|chuyên nghiệp|đáng tin|có tâm|có tâm lắm]
[nhân viên|shop|phục vụ|tư vấn|chăm sóc|hỗ trợ|dịch vụ|shipper|giao hàng] (viên|khách hàng) {very} [nhiệt tình|tận tình|tận tâm|chu đáo|tốt|dễ thương|thân thiện|vui vẻ|lịch sự|nhanh|chuyên nghiệp|ok|uy tín|tuyệt vời]
[ủng hộ shop|ủng hộ tiếp|ủng hộ dài|ủng hộ lâu|ủng hộ cửa hàng|sẽ ủng hộ|tiếp tục ủng hộ|lại ủng hộ|ủng hộ nhiều]
[sẽ|lần sau] (mua|quay|ủng hộ|giới thiệu|đặt|ghé) [mua lại|quay lại|ủng hộ|giới thiệu|mua tiếp|mua thêm|mua ủng hộ|đặt tiếp|ghé lại|lại|thêm|tiếp]
chất lượng (sản phẩm|hàng|vải) {very} [tốt|tuyệt vời|ok|ổn|cao|đảm bảo|xịn|tuyệt]
[đóng gói|gói hàng|gói] (sản phẩm|hàng) {very} [đẹp|kỹ|kĩ|cẩn thận|chắc chắn|tốt|chu đáo|chất|kỹ càng|kĩ càng|kỹ lưỡng]
đáng [đồng tiền|mua|tiền|giá|tin tưởng|thử|đồng tiền bát gạo]
[giống hình|y hình|giống ảnh|đúng mẫu|giống mẫu|y như hình|giống như hình|đúng mô tả|chuẩn hình|như hình|đúng như hình|đúng chất lượng|đúng hàng]
[cho|tặng|vote|đánh giá] (shop|app|cửa hàng|hẳn) [0 sao|năm sao|0 star|5star|5sao]
[0 sao|năm sao|0 điểm|5star|0 star]
[yêu shop|yêu quá|khen shop|khen nhân viên|khen ngợi|khen bạn|khen các bạn|shop uy tín|khen]
{no} (có) (gì|điểm|điểm gì) (để) [chê|phải chê]
{no} chê (vào) (đâu|được)
[good|great|perfect|excellent|amazing|nice|awesome|love it|love this|well done|wonderful]
cảm ơn ... [giúp|mang đến|tạo ra|sản phẩm|phục vụ|ra mắt]
""",
        1: """
[đẹp|!tốt|thích|!mê|xinh|!xịn|ổn định|ổn áp|!ưng|ok|ngon|thơm|nhanh|mềm|mịn|đảm bảo|hữu ích|!rẻ|!hợp|uy tín|!êm|mượt|vừa vặn|chắc chắn|cẩn thận|dễ dùng|dễ sử dụng|game hay|ứng dụng hay|nội dung hay|sách hay|truyện hay|hay lắm|hay quá|hay ghê|tuyệt|chuẩn|đỉnh|sảng khoái]
[vừa|hợp] [với|túi tiền|form|size|da]
""",
    },
}
