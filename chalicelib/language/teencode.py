"""Short forms of Vietnamese chat and what they stand for; read by ``text.tokens``.

Only forms with one usual meaning in messages to a shop; "mk", "bh", "tt", "bn" have several, so
they stand in the phrases where their neighbours decide. Search keys are never expanded.
"""

_FORMS = """
không: ko k kh hok hông khum hem hk khg kg hổng kô khôg hg kh0 k0 khong
được: dc đc đk đươc đựơc dk đuoc dcd đx
rồi: r rùi ròi gòi rui roi rồy rồii ùi
gì: j gj ji dì
như thế nào: ntn nthe ntnao
sản phẩm: sp sphẩm spham
nhân viên: nv nvien
tài khoản: tk tkhoan
số tài khoản: stk
chuyển khoản: ck
số điện thoại: sdt sđt
điện thoại: đt dthoai đth
đơn hàng: đh dh đhang dhang
khuyến mãi: km kmai
giao dịch: gd gdịch
giao hàng: ghang
nhắn tin: nt ntin
inbox: ib inb ibox
trả lời: rep trl tl
chăm sóc khách hàng: cskh
khách hàng: khang
quảng cáo: qc
bao nhiêu: bnh bnhieu bnhiu bnhiêu baonhieu bni
giá: já
giờ: h
bao giờ: baoh baogio
hôm nay: hnay
hôm qua: hqua
người: ng ngta ngừ
với: vs vói zới
mới: ms mơi
vậy: v z zậy zị dị zay
cũng: cx cug cũg cụng
trước: trc trk
làm: lm
nhưng: nhg nhưg nhug nhưq
nhưng mà: nma nhma nhmà
quá: qá wá wa qa
quên: wên wen qên
biết: bik bít biet
mọi người: mn mng mngười
mình: mìh mih mìn mjnh
thôi: thui hoy thoy hui
yêu: iu
nhiều: nh nhìu nhiu
luôn: lun luôg
muốn: mún
chưa: chưaa
lắm: lém
size: sz siz zise saiz
ship: síp sip xíp
shipper: shiper shipber
shop: sốp sóp sop
feedback: fedback
facebook: fb fbook phây
tiktok: toptop
cảm ơn: camon cảmơn cmon tks thks thanks thank thanksss thankss tkss cámơn
ok: oke okie okay okê okey oki okela oce okla okj okii okeee ôkê ôk
vâng: vag vângg vâg vang
dạ: dạa daj
voucher: vc vou vocher vourcher vouche
đánh giá: đg
bình thường: bt bthg bthuong bthường
chất lượng: cl clg
tốt: tôt
sử dụng: sd sdung
ứng dụng: app apps aap
cửa hàng: chàng cuahang
mật khẩu: mkhau mkhẩu password
đăng nhập: dnhap đnhập login
hỗ trợ: htro hỗtrợ
tư vấn: tvan tuvan
thời gian: tgian
thanh toán: ttoan
khó chịu: khóchịu
hàng: hàg hag
đẹp: đp đep
thích: thik thíc
"""


def _table(forms: str) -> dict[str, str]:
    lines = (line.split(":", 1) for line in forms.strip().splitlines())
    return {form: meant for meant, short in lines for form in short.split()}


TEENCODE: dict[str, str] = _table(_FORMS)
