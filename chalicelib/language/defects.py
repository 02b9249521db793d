"""Phrases of a bad or broken product; the notation is that of ``phrasebook``.

Strong ones (3) name a fault; the weak ones are what reviews grumble about.
"""

DEFECTS: dict[str, dict[float, str]] = {
    "product_defect": {
        3: """
bị [lỗi|hỏng|hư|hư hỏng|vỡ|bể|nứt|móp|méo|rách|gãy|trầy|xước|mốc|thối|thiu|chảy|đổ|hở|rò|rò rỉ|!gỉ|!rỉ|sét|sứt|mẻ|bung|bong|tróc|lệch|cong|phồng|ôi|ẩm|dập|nát|bẩn|ố|phai|sờn|xù|đơ|liệt|treo|chai|lem|tuột|đứt|thủng|lủng|hôi|rụng|kẹt|sọc|mờ|nhòe|bục|giật|nóng|chập|hư màn|tắt|sập nguồn|ngứa|nổi|lên mụn|rơi|rớt|bẹp|bóp|méo mó|xì|lõm|sút|giãn|dơ|cũ|thiếu nét|chua]
{thing} {very} [lỗi|hỏng|hư|hư hỏng|giả|nhái|fake|đểu|dởm|lởm|dỏm|tồn|phế|lậu|rởm|vỡ|bể|rách|nứt|kém chất lượng|hết hạn|quá hạn|!bẩn|mốc|nát]
[máy|điện thoại|laptop|tivi|tủ lạnh|quạt|tai nghe|loa|sạc|pin|màn hình|đồng hồ|nồi|bếp|đèn|camera|tablet] {very} [lỗi|hỏng|hư|đơ|treo|nóng|sập|lag|giật|yếu|chập|rè|liệt|sọc|kém|tệ|mờ|chậm|lệch|chai|không|chết|nhảy]
[lỗi|hỏng|hư|vỡ|bể|móp|méo|nứt|gãy|rách|sứt|mẻ|bung|nát|đơ] (hết|nát|mất|tan) [rồi|luôn|hết|nát|hộp|vụn|toang|nắp|tan|góc|mép|màn|méo|kỹ thuật|font|nguồn|ngay|sạch]
[tan nát|nát bét|móp méo|bể nát|vỡ nát|vỡ vụn|hư hỏng|hỏng hóc|trầy xước]
chất (lượng|liệu|lương) (sản phẩm|hàng|vải|máy|sp|ảnh|da) {very} [kém|tệ|tồi|dở|chán|thấp|lởm|xấu|giảm|đi xuống|không|chưa]
kém chất [lượng|lương]
[không|chẳng|chả] (thể|có) [sử dụng|hoạt động|lên nguồn|chạy|bật|vào điện|sạc|lên hình|sáng|lạnh|xài được|dùng được|lên được|nóng] (được|nổi|lên)
{no} [sử dụng|hoạt động|xài|dùng|bật|mở máy|sạc] (được|lên|nổi|vào) [được|lên|nổi|vào]
bật (mãi|hoài) {no} lên
[không|chưa|chẳng] [vào điện|lên nguồn|vào nguồn|lên hình|vào sạc]
hàng [giả|nhái|fake|dựng|lởm|đểu|dởm|lỗi|rác]
[dị ứng|kích ứng|ngộ độc|rát da|ngứa rát|mẩn đỏ|nổi mẩn|nổi mụn|lên mụn|hư da|sạm da]
[bánh|sữa|hàng|đồ|thuốc|kem|sản phẩm|hộp|gói|mỹ phẩm] .. [hết hạn|quá hạn]
[hết hạn sử dụng|hết hsd|hết date|quá date|cận date|hết đát|quá hạn sử dụng]
[!giòi|!dòi|!gián|nấm mốc|dị vật|con sâu]
màn hình ... [lỗi|hỏng|đơ|sọc|chớp|nháy|giật|ám|vỡ|chết|tắt|hở|tối|mờ|liệt|nhảy|loạn cảm ứng|xanh|vàng]
pin ... [tụt|hao|chai|phồng|kém|yếu|tệ|nhanh hết|lỗi|xuống|sụt|hết nhanh|mau hết]
tự [tắt|tắt nguồn|sập nguồn|khởi động lại|mở|động tắt|nhảy|nóng|reset]
[đứng|đơ|treo|lag|giật|chết] (máy|màn) [máy|màn|lag|lác|hình]
{no} (có) [giống|như|đúng] (với) [hình|ảnh|mô tả|quảng cáo|mẫu|giới thiệu|trên hình|trên mạng|trong hình|trong ảnh|như hình|hình ảnh|trên ảnh|bài đăng]
{no} giống
khác (xa|hẳn|hoàn toàn|với|so với) (với|so với|hoàn toàn) [hình|ảnh|mẫu|quảng cáo|mô tả|trên hình|trên mạng|hàng trước|lần trước]
[dùng|xài|mua|mặc|mới|giặt|chạy|đi] .. (đã|là|thì) (bị) [hỏng|hư|rách|bung|gãy|bể|vỡ|đứt|bong|phai|tróc|chết|xù|giãn|rụng|lỗi]
{n} [ngày|tuần|tháng|hôm|bữa|lần] (đã|là|thì) (bị) [hỏng|hư|rách|bung|gãy|bể|vỡ|đứt|bong|tróc|chết|lỗi]
[defective|broken|damaged|doesn t work|not working|faulty]
""",
        2: """
[bong|tróc|bung|hở|sứt] [keo|sơn|chỉ|đế|mép|da|viền|tem|màng|lớp]
[chảy|rò|rỉ|đổ|xì] [nước|mực|dầu|dung dịch|gas|hơi]
[phồng lên|phồng rộp|chảy mực|mùi chua|bất thường|kêu to|kêu rè|ồn quá|điếc một bên|mất tiếng|mất hình|xù lông|ra màu|bay màu|phai màu]
{thing} .. [không|chẳng|chả] (hề) [giữ nhiệt|giữ lạnh|quay|lạnh|nóng|chạy|sáng|lên|kêu|sạc|vào điện|hoạt động|lên nguồn|ăn điện|bám|ra nước]
[quạt|đèn|nồi|bếp|tivi|tủ lạnh|điều hòa|máy giặt|loa|tai nghe|sạc|đồng hồ|nút|cảm ứng|bình] .. [không|chẳng|chả] (hề) [quay|lạnh|nóng|chạy|sáng|lên|kêu|sạc|nghe|giữ nhiệt|nhận|hoạt động|vào điện|ăn]
[lỗi|hỏng|vỡ|móp|bẹp|!hư|!bể|rách|nứt|gãy]
[bung|sút|sứt|đứt] [chỉ|keo|đế|đường may|quai|dây|nút|cúc|khóa]
[phai|ra|lem] màu
[hơi|rất|quá|khá|cực|siêu|cực kì|bị|vô cùng|thật sự|thật] (là|bị) (không) [rộng|chật|mỏng|ngắn|dài|nhỏ|to|!bé|bự|nóng|cứng|thô|xấu|ẩu|chán|tệ|!kém|rách|yếu|mờ|có mùi|hôi|hăng|nồng|khô|nặng|sần|ngứa|rít|nhăn|xù|dính|bết|lệch|lớn|bám|vón|tối|nhạt|đậm|gắt|nhờn|ồn|bí|lỏng|phèn|cấn|xước|trầy|rát|tanh|ôm|loang|phai|sơ sài|bẩn|dễ bong|phí|đắt|mắc|!cũ|lag|giật|đơ|ít]
[không|chưa|chẳng|chả|hông] (được|có|hề|thấy) {very} (được) [đẹp|tốt|vừa|bền|ưng|ưng ý|thích|hợp|thơm|ngon|mịn|chắc|chắc chắn|ổn|hay|ok|kĩ|kỹ|chuẩn|chất|dày|mềm|mượt|êm|nét|sáng|thấm|sạch|ấm|mát|sắc|đều|dính|bám|ăn phấn|lên màu|nhạy|ra gì|như hình|như ảnh|như mong đợi|như kỳ vọng|như quảng cáo|đáng]
{no} [hài lòng|vừa ý|ưng ý]
[thất vọng|buồn quá|chán quá|chán nản|nản|uổng tiền|phí tiền|tốn tiền|mất tiền oan|tiếc tiền|vứt xó|bỏ xó|quăng đi|vứt đi|vứt luôn|bỏ đi]
mùi {very} [hôi|hắc|khét|tanh|nồng|khó chịu|hăng|lạ|kinh|thum]
có mùi
[đường may|đường chỉ|may|gia công|in|hoàn thiện|thiết kế] {very} [kém|xấu|ẩu|lỗi|dối|lệch|sai|ngược|cẩu thả]
[chỉ thừa|dư chỉ|tùm lum chỉ|lòi chỉ]
[quá|rất|cực|siêu|cực kì|thật|vô cùng] (là) [tệ|dở|tồi|rác|chán|kém|phí|xấu|vớ vẩn]
[tệ|dở|tồi|chán|kém|xấu] (hại|thật|vô cùng) [quá|thật|vãi|nhất|lắm|hại|hơn|vô cùng|ghê|thế|vậy|như|không]
{no} đáng (đồng|giá) (đồng) [tiền|mua]
{no} nên (mua|tải|dùng|chọn)
[đừng|không nên|!chớ|né] (ai|nên|có) [mua|tải|dùng|dại|shop]
như [cục|shit|rác|cứt|cc|hạch|cặc|lồn|cức|hàng chợ|hàng tàu|giẻ]
[đóng gói|gói] .. [kém|ẩu|sơ sài|xấu|tệ|cẩu thả|lỏng lẻo|qua loa|không]
{no} (gói|đóng gói|bọc) [kĩ|kỹ|cẩn thận|chống sốc|hộp đựng|chắc chắn]
gói (hàng) {no} (kỹ|kĩ|cẩn thận)
[mặc|đi|đeo|size|cỡ] {no} vừa
{no} (mặc|đi|đeo|đội) vừa
[loa|camera|cam|mic|wifi|sạc|vân tay|cảm ứng|chip|nghe|sóng|cấu hình|bluetooth] .. [kém|rè|mờ|yếu|tệ|xấu|nhạy|chậm|lúc được|không|nóng]
{no} [bắt|nghe|nhận|lưu|quay|chụp] [được|thấy|rõ|sóng|wifi|nét]
{no} [hiệu quả|tác dụng|công dụng]
[bó tay|hàng tàu|tào lao|vớ vẩn|rác rưởi|phế phẩm|như hàng chợ|hoài nghi|treo đầu dê bán thịt chó]
[không|chưa] (được) [như|giống] [hình|ảnh|mong đợi]
""",
        1: """
[máy|hàng|áo|quần|giày|tai nghe|da|mặt|tóc|hộp|chai|đồ|loa|màn hình|nút|quạt|nồi|túi|vải|kem|sản phẩm] .. bị
[không|chẳng|chả] .. [gì cả|gì hết|gì luôn]
[tệ|!kém|!dở|xấu|rác|đểu|!lởm|!phiền|!ngứa|!chật|rộng|!mỏng|nhão|nhàm chán|!thô|!ẩu|!yếu]
[!chán|bực mình|!bực|ức chế|khó chịu|lừa đảo|lừa người|treo|giả tạo|mất uy tín|khó dùng|bất tiện]
[tiền nào của nấy|tiền nào của đó|thua xa|giảm sút|không như|không hợp|không bằng|chưa bằng|mong manh|mỏng manh|yếu ớt|dễ vỡ]
[bong|tróc|xước|trầy|hăng|khô|lệch|lag|giật|hôi|cứng|yếu|nóng|ồn|thô] [nhiều|lắm|quá|rồi]
[hơi|quá] [rộng|chật|to|nhỏ|ngắn|dài|mỏng|bự|lớn]
{no} [ổn định|thoải mái|linh hoạt|đạt|đáp ứng]
""",
    },
}
