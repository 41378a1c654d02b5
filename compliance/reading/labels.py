"""Words that stand before a value on Indonesian papers, and the words by which a kind of paper is known."""

import re
from typing import Final

from compliance.facts import Kind


def _as_pattern(label: str) -> str:
    """Return the pattern of a label; a picture's reader loses spaces, so each is optional."""
    return r"\s*".join(re.escape(word) if word.isalnum() else word for word in label.split())


def _any(*labels: str) -> str:
    return "|".join(_as_pattern(one) for one in sorted(labels, key=len, reverse=True))


_NUMBERED: Final = r"^\W*(?:(?:\d{1,2}|[a-zA-Z])\s*[.)]\s*)?"
_ENDED: Final = r"(?:\s*[/(][^:]{0,40})?\s*(?:[:;=]+|$|(?=\s))"

HOLDER: Final = (
    *("nama pelaku usaha", "nama perusahaan", "nama badan usaha", "nama usaha", "nama irtp", "nama unit usaha"),
    *("nama industri rumah tangga pangan", "nama industri rumah tangga", "nama rumah makan", "nama restoran"),
    *("nama pendaftar", "nama perusahaan pendaftar", "nama pemilik merek", "nama wajib pajak", "nama produsen"),
    *("nama tpp", "nama jasa boga", "nama pemohon", "nama pemegang izin"),
)
OWNER: Final = (
    *("nama pemilik usaha", "nama pemilik", "nama penanggung jawab", "nama penanggungjawab", "nama pimpinan"),
    *("penanggung jawab", "penanggungjawab", "nama pengusaha"),
)
PERSON: Final = ("nama lengkap", "nama peserta", "nama")
ACCOUNT_HOLDER: Final = (
    *("nama pemilik rekening", "nama nasabah", "nama rekening", "atas nama", r"a\. n\.", r"a / n", "pemilik rekening"),
    *("account name", "nama"),
)
OTHERS: Final = (
    *("alamat", "nama produk", "nama dagang", "nama pangan", "jenis produk", "jenis pangan", "jenis usaha", "kemasan"),
    *("nomor", "no", "nik", "npwp", "nib", "telepon", "email", "status", "skala", "kode", "tempat", "masa", "berlaku"),
    *("tanggal", "kelurahan", "kecamatan", "kota", "kabupaten", "provinsi", "kbli", "merek", "kelas", "jabatan"),
    *("ditetapkan", "diterbitkan", "dikeluarkan", "kepala", "jenis kelamin", "agama", "pekerjaan", "cabang", "yang"),
    *("terdaftar", "kpp", "sebagai", "telah", "desa", "rt", "golongan", "penanggung", "pemilik", "produk"),
)


def label_pattern(*labels: str) -> re.Pattern[str]:
    """Return the pattern of a piece of text that begins with one of *labels*, perhaps numbered."""
    return re.compile(rf"{_NUMBERED}(?:{_any(*labels)})(?![a-z]){_ENDED}", re.IGNORECASE)


HOLDER_LABEL: Final = label_pattern(*HOLDER)
OWNER_LABEL: Final = label_pattern(*OWNER)
PERSON_LABEL: Final = label_pattern(*PERSON)
ACCOUNT_LABEL: Final = label_pattern(*ACCOUNT_HOLDER)
GIVEN_LABEL: Final = re.compile(r"^\W*(?:diberikan|diterbitkan)\s*kepada\s*:?\s*", re.IGNORECASE)
ANY_LABEL: Final = re.compile(
    rf"{_NUMBERED}(?:{_any(*HOLDER, *OWNER, *PERSON, *ACCOUNT_HOLDER, *OTHERS)})(?![a-z])", re.IGNORECASE
)
NUMBER_LABEL: Final = re.compile(
    rf"{_NUMBERED}(?:nomor|nomer|no\b|n0\b|number)(?:\s*(?:sertifikat|surat|slhs|pkp|izin|registrasi|dokumen|perjanjian|pks))*"
    r"\s*[.:;]*\s*",
    re.IGNORECASE,
)

_UNTIL: Final = r"(?:sampai\s*dengan|sampai|s\s*/\s*d|s\s*\.?\s*d\s*\.?(?=\W|\d)|hingga|until)"
ENDS: Final = re.compile(
    rf"berlaku\W*{_UNTIL}|masa\s*(?:ber)?laku\W*(?:{_UNTIL})?|tanggal\s*(?:kada?luars?a|kedaluwarsa|berakhir)"
    r"|berakhir\s*(?:pada)?|valid\s*until|expiry\s*date",
    re.IGNORECASE,
)
UNTIL: Final = re.compile(_UNTIL, re.IGNORECASE)
SINCE: Final = re.compile(r"sejak|mulai|terhitung|dari|tahun|bulan|\bhari", re.IGNORECASE)
"""What stands before a first day, or says how long: the day behind it is not the last, unless an "until" follows."""
BORN: Final = re.compile(r"lahir|\bttl\b|birth", re.IGNORECASE)
ISSUED: Final = re.compile(
    r"(?:di)?(?:terbitkan|tetapkan|keluarkan)\b.{0,40}?tanggal|tanggal\s*(?:terbit|diterbitkan|penerbitan|ditetapkan"
    r"|penetapan|dikeluarkan|pengesahan)|terdaftar|tgl\.?\s*(?:terbit|penerbitan)|date\s*of\s*issue"
    r"|^\W*(?:pada)\s*tanggal",
    re.IGNORECASE,
)
SIGNED: Final = re.compile(r"^\W*(?:kota|kab\.?|kabupaten)?\s*[A-Z][A-Za-z .'\-]{2,30},\s*(?:tanggal\s*)?$")
"""A place before a day, as it stands above a signature: `Balikpapan, 22 November 2026`."""
NOT_ISSUED: Final = re.compile(
    r"cetak|lahir|lhr|birth|diselenggara|dilaksana|undang|peraturan|permohonan|mulai|sejak|berlaku|pelatihan|kegiatan",
    re.IGNORECASE,
)

OTHER_THINGS: Final[tuple[tuple[re.Pattern[str], frozenset[Kind]], ...]] = tuple(
    (re.compile(words, re.IGNORECASE), frozenset(own))
    for words, own in (
        ("halal", {Kind.HALAL, Kind.NON_HALAL}),
        (r"pkp|penyuluhan\s*keamanan", {Kind.PKP}),
        (r"\bnib|nib\b|induk\s*berusaha", {Kind.NIB}),
        (r"slhs|laik\s*(?:higiene?|sehat)", {Kind.SLHS}),
        (r"p\W{0,3}irt", {Kind.PIRT}),
        (r"npwp|wajib\s*pajak", {Kind.NPWP}),
        (r"bpom|izin\s*edar", {Kind.MD, Kind.NA, Kind.TR, Kind.PKD, Kind.PSAT}),
        (r"kemenkum", {Kind.TRADEMARK}),
        (r"ketetapan|fatwa|\bstr\b|penjamah|izin\s*lokasi|sewa(?!ktu)|laborator|\bakta", ()),
    )
)
"""Other papers and things that have days, too, each with the kinds of paper whose own words these are."""
SHELF_LIFE: Final = re.compile(r"kada?luars?a|kedaluwarsa|expiry", re.IGNORECASE)
PERMIT: Final = re.compile(r"i[zj]in|sertifikat|registrasi|pendaftaran|notifikasi|persetujuan", re.IGNORECASE)
OTHERS_NUMBER: Final = re.compile(
    r"(?<!se)lama(?![a-z])|sebelum|pengganti|menggantikan|pemasok|induk\s*perusahaan|perusahaan\s*induk|pemotong|pinjaman"
    r"|kredit|(?<!se)tujuan|pengirim|contoh|pihak\s*kedua",
    re.IGNORECASE,
)
"""What stands before a number that is another's, or was replaced; `persetujuan` and `selama` are no such words."""


def names_other_thing(words: str, *, kind: Kind) -> bool:
    """Return whether *words* name a paper or thing other than a paper of *kind*."""
    return any(kind not in own and pattern.search(words) for pattern, own in OTHER_THINGS)


KNOWN_BY: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (
            Kind.PIRT,
            r"produksi\s*pangan\s*(?:olahan\s*)?industri\s*rumah\s*tangga|sp{1,2}\s*-\s*irt|pemenuhan\s*komitmen",
        ),
        (Kind.PKP, r"sertifikat\W*(?:pelatihan\s*)?penyuluhan\s*keamanan\s*pangan|penyuluhan\s*keamanan\s*pangan"),
        (Kind.SLHS, r"laik\s*higiene?\s*sanitasi|laik\s*sehat|\bslhs\b"),
        (Kind.NON_HALAL, r"(?:pernyataan|keterangan)\b.{0,60}?(?:tidak|non|bukan)[\s\-]*halal"),
        (Kind.HALAL, r"sertifikat\s*halal|jaminan\s*produk\s*halal|ketetapan\s*halal"),
        (Kind.TRADEMARK, r"sertifikat\s*merek|daftar\s*umum\s*merek|\bidm\s*\d{9}\b"),
        (Kind.MANDATE, r"surat\s*(?:kuasa|mandat)"),
        (Kind.PKS, r"perjanjian\s*kerja\s*sama|perjanjian\s*kerjasama"),
        (Kind.PSAT, r"pangan\s*segar\s*asal\s*tumbuhan|\bpsat\b"),
        (Kind.NA, r"notifikasi\s*kosmeti[kc]|bpom\s*(?:ri\s*)?n[a-e]\s*\d{11}"),
        (Kind.TR, r"obat\s*tradisional|suplemen\s*kesehatan|bpom\s*(?:ri\s*)?(?:tr|ti|tl|sd|si|sl)\s*\d{9}"),
        (Kind.PKD, r"perbekalan\s*kesehatan\s*rumah\s*tangga|kemenkes\s*ri\s*pk[dl]"),
        (Kind.MD, r"izin\s*edar\s*pangan|pendaftaran\s*pangan\s*olahan|bpom\s*(?:ri\s*)?m[dl]\s*\d"),
        (Kind.NIB, r"nomor\s*induk\s*berusaha|perizinan\s*berusaha\s*berbasis\s*risiko"),
        (Kind.NITKU, r"nomor\s*identitas\s*tempat\s*kegiatan\s*usaha|\bnitku\b"),
        (Kind.BANK_ACCOUNT, r"buku\s*tabungan|nomor\s*rekening|no\.?\s*rek(?:ening)?\b|rekening\s*koran"),
        (Kind.NPWP, r"nomor\s*pokok\s*wajib\s*pajak|direktorat\s*jenderal\s*pajak|\bnpwp\s*(?:16)?\s*:"),
        (Kind.NIK, r"\bnik\s*[:\d].{0,400}?(?:kewarganegaraan|berlaku\s*hingga|agama)|kartu\s*tanda\s*penduduk"),
    )
)
"""In this order: the words of an earlier kind decide, for papers name other papers, too."""
