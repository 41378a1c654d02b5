"""Papers of invented people and firms, set like the real ones: as PDF with text, as scan, and as photo of the paper."""

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import typst
from PIL import Image, ImageEnhance, ImageFilter, ImageFont
from stdnum import luhn

from compliance.facts import Kind

MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli"),
    *("Agustus", "September", "Oktober", "November", "Desember"),
)
PEOPLE = ("SITI RAHMAWATI", "Bambang Sutrisno", "Hj. NURLAELA", "Yohanes Ola Boro", "Dewi Kusumaningrum", "ABDUL GAFUR")
SHOPS = (
    "Dapur Bu Siti",
    "UD Sumber Rejeki",
    "CV Kelapa Muda Jaya",
    "Amplang Pak Bambang",
    "Toko Melati",
    "Sambal Nyai",
)
STREETS = ("Jl. Mulawarman No. 12 RT 05", "Jl. MT Haryono Gg. Melati 7", "Jl. Soekarno Hatta Km. 8 No. 143")
SANS, SERIF = "Aileron", "Libertinus Serif"


@dataclass(frozen=True)
class Sample:
    """A paper and what stands on it, by the names of the read values; days as `2026-11-22`."""

    name: str
    kind: Kind
    markup: str
    says: Mapping[str, str]
    font: str = SANS
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Facts:
    """Draws the facts of one invented paper."""

    chance: random.Random

    def digits(self, count: int) -> str:
        return "".join(self.chance.choices("0123456789", k=count))

    def day(self, first: int, last: int) -> tuple[int, int, int]:
        return self.chance.randint(first, last), self.chance.randint(1, 12), self.chance.randint(1, 28)

    def write(self, day: tuple[int, int, int]) -> str:
        year, month, number = day
        style = self.chance.randrange(4)
        if style == 0:
            return f"{number:02}-{month:02}-{year}"
        if style == 1:
            return f"{number:02}/{month:02}/{year}"
        return f"{number} {MONTHS[month - 1] if style == 2 else MONTHS[month - 1].upper()} {year}"

    def long(self, day: tuple[int, int, int]) -> str:
        return f"{day[2]} {MONTHS[day[1] - 1]} {day[0]}"

    def pick(self, some: tuple[str, ...]) -> str:
        return self.chance.choice(some)

    def nik(self) -> str:
        day = f"{self.chance.randint(1, 28):02}{self.chance.randint(1, 12):02}{self.chance.randint(60, 99)}"
        return f"64710{self.chance.randint(1, 6)}{day}{self.chance.randint(1, 30):04}"


def iso(day: tuple[int, int, int]) -> str:
    """Return the day as a form wants it."""
    return f"{day[0]:04}-{day[1]:02}-{day[2]:02}"


def _rows(rows: Mapping[str, str], *, width: str = "6cm") -> str:
    cells = "".join(f"[{label}], [: {text}]," for label, text in rows.items())
    return f"#grid(columns: ({width}, 1fr), row-gutter: 9pt, {cells})"


def _head(*lines: str, size: int = 15) -> str:
    return "#align(center)[" + " \\ ".join(f"#text({size}pt, weight: 600)[{line}]" for line in lines) + "]\n#v(8mm)\n"


def _nib(facts: _Facts) -> tuple[str, dict[str, str]]:
    number, name, issued = facts.digits(13), facts.pick(PEOPLE), facts.day(2021, 2025)
    printed = (issued[0] + 1, *issued[1:])
    rows = {
        "1. Nama Pelaku Usaha": name,
        "2. Alamat Kantor": f"{facts.pick(STREETS)}, Kel. Manggar, Kec. Balikpapan Timur, Kota Balikpapan, 76116",
        "3. Nomor Telepon Seluler": "0812" + facts.digits(8),
        "4. Status Penanaman Modal": "PMDN",
        "5. Kode Klasifikasi Baku Lapangan Usaha Indonesia (KBLI)": "10794, 47242",
        "6. Skala Usaha": "Usaha Mikro",
    }
    markup = _head(
        "PEMERINTAH REPUBLIK INDONESIA", "PERIZINAN BERUSAHA BERBASIS RISIKO", f"NOMOR INDUK BERUSAHA: {number}"
    )
    markup += (
        "Berdasarkan Undang-Undang Nomor 6 Tahun 2023 tentang Cipta Kerja, Pemerintah Republik Indonesia menerbitkan"
    )
    markup += " Nomor Induk Berusaha (NIB) kepada:\n\n" + _rows(rows)
    markup += "\n\nNIB ini berlaku di seluruh wilayah Republik Indonesia selama menjalankan kegiatan usaha.\n"
    markup += f"\n#v(1cm)\nDiterbitkan di Jakarta, tanggal: {facts.long(issued)}\n\n#v(1cm) Menteri Investasi/\\ Kepala BKPM\n"
    markup += f"\n#v(2cm)#text(8pt)[Dicetak tanggal: {facts.long(printed)}]"
    return markup, {"number": number, "holder": name, "issued_on": iso(issued)}


def _pirt(facts: _Facts) -> tuple[str, dict[str, str]]:
    issued = facts.day(2021, 2025)
    ends = (issued[0] + 5, *issued[1:])
    digits = f"{facts.chance.randint(1, 8)}{facts.chance.randint(1, 15):02}6471{facts.digits(2)}{facts.digits(4)}"
    number = f"{digits}-{ends[0] % 100:02}"
    shop, owner = facts.pick(SHOPS), facts.pick(PEOPLE)
    label = facts.pick(("P-IRT No. ", "Nomor P-IRT : ", "P-IRT ", "Nomor : P-IRT "))
    rows = {
        "Nama IRTP": shop,
        "Nama Pemilik": owner,
        "Alamat": f"{facts.pick(STREETS)}, Kota Balikpapan",
        "Jenis Pangan": "Keripik singkong",
        "Kemasan Primer": "Plastik",
        "Masa Berlaku s.d.": facts.write(ends),
    }
    markup = _head(
        "PEMERINTAH KOTA BALIKPAPAN", "SERTIFIKAT PEMENUHAN KOMITMEN", "PRODUKSI PANGAN OLAHAN INDUSTRI RUMAH TANGGA"
    )
    markup += f"#align(center)[#text(14pt)[{label}{number}]]\n\nDiberikan kepada:\n\n" + _rows(rows, width="5cm")
    markup += "\n\nyang telah memenuhi persyaratan Peraturan Badan POM Nomor 22 Tahun 2018.\n"
    markup += f"\n#v(1cm)\n#align(right)[Ditetapkan di Balikpapan \\ pada tanggal {facts.long(issued)}]"
    return markup, {
        "number": number,
        "holder": shop,
        "owner": owner,
        "issued_on": iso(issued),
        "valid_until": iso(ends),
    }


def _halal(facts: _Facts) -> tuple[str, dict[str, str]]:
    issued = facts.day(2021, 2025)
    number = f"ID6411{facts.digits(9)}{issued[1]:02}{issued[0] % 100:02}"
    shop = facts.pick(SHOPS)
    rows = {
        "Nama Produk / #emph[Name of Product]": "Amplang ikan tenggiri",
        "Nama Pelaku Usaha": shop,
        "Alamat": f"{facts.pick(STREETS)}, Balikpapan",
        "Jenis Produk": "Makanan ringan siap santap",
    }
    markup = _head("BADAN PENYELENGGARA JAMINAN PRODUK HALAL", "SERTIFIKAT HALAL", size=16)
    markup += f"#align(center)[Nomor: {number}]\n\n"
    markup += f"Berdasarkan Ketetapan Halal Nomor KH-{facts.digits(6)}/2024 ditetapkan bahwa produk:\n\n" + _rows(rows)
    markup += f"\n\n#v(1cm)\nDitetapkan di Jakarta \\ Pada tanggal: {facts.long(issued)}\n\nKepala Badan"
    return markup, {"number": number, "holder": shop, "issued_on": iso(issued)}


def _nik(facts: _Facts) -> tuple[str, dict[str, str]]:
    number, name = facts.nik(), facts.pick(PEOPLE).upper()
    rows = {
        "Nama": name,
        "Tempat/Tgl Lahir": f"BALIKPAPAN, {number[6:8]}-{number[8:10]}-19{number[10:12]}",
        "Jenis kelamin": "PEREMPUAN",
        "Alamat": "JL. MULAWARMAN",
        "RT/RW": "005/002",
        "Kel/Desa": "MANGGAR",
        "Kecamatan": "BALIKPAPAN TIMUR",
        "Agama": "ISLAM",
        "Pekerjaan": "WIRASWASTA",
        "Kewarganegaraan": "WNI",
        "Berlaku Hingga": "SEUMUR HIDUP",
    }
    markup = "#set page(width: 14.5cm, height: 9.2cm, margin: 6mm)\n#set text(10.5pt)\n"
    markup += _head("PROVINSI KALIMANTAN TIMUR", "KOTA BALIKPAPAN", size=12).replace("8mm", "0mm")
    markup += f"#text(14pt)[NIK : {number}]\n\n" + _rows(rows, width="3.6cm").replace("9pt", "5pt")
    return markup, {"number": number, "holder": name}


def _npwp(facts: _Facts) -> tuple[str, dict[str, str]]:
    name, since = facts.pick(PEOPLE).upper(), facts.day(2012, 2023)
    first = "0" + facts.digits(7)
    nine = first + luhn.calc_check_digit(first)
    number = f"{nine[:2]}.{nine[2:5]}.{nine[5:8]}.{nine[8]}-721.000"
    markup = "#set page(width: 14.5cm, height: 9.2cm, margin: 8mm)\n#set text(11pt)\n"
    markup += _head("KEMENTERIAN KEUANGAN REPUBLIK INDONESIA", "DIREKTORAT JENDERAL PAJAK", size=11)
    markup += f"#text(15pt)[NPWP : {number}]\n\n{name}\n\nNIK : {facts.nik()}\n\n{facts.pick(STREETS).upper()}\\\n"
    markup += f"KOTA BALIKPAPAN\n\nKPP PRATAMA BALIKPAPAN TIMUR\n\nTERDAFTAR : {since[2]:02}/{since[1]:02}/{since[0]}"
    return markup, {"number": number, "holder": name, "issued_on": iso(since)}


def _slhs(facts: _Facts) -> tuple[str, dict[str, str]]:
    issued = facts.day(2022, 2025)
    ends = (issued[0] + 3, *issued[1:])
    number = f"503/{facts.digits(3)}/SLHS/DPMPTSP/{issued[0]}"
    shop, owner = facts.pick(SHOPS), facts.pick(PEOPLE)
    rows = {
        "Nama Usaha": shop,
        "Nama Penanggung Jawab": owner,
        "Alamat Usaha": facts.pick(STREETS),
        "Jenis Usaha": "Jasa Boga Golongan A1",
        "Berlaku sampai dengan": facts.write(ends),
    }
    markup = _head("PEMERINTAH KOTA BALIKPAPAN", "DINAS KESEHATAN", "SERTIFIKAT LAIK HIGIENE SANITASI")
    markup += f"#align(center)[Nomor : {number}]\n\nDiberikan kepada :\n\n" + _rows(rows)
    markup += f"\n\n#v(1cm)\n#align(right)[Balikpapan, {facts.long(issued)} \\ Kepala Dinas Kesehatan]"
    return markup, {
        "number": number,
        "holder": shop,
        "owner": owner,
        "issued_on": iso(issued),
        "valid_until": iso(ends),
    }


def _pkp(facts: _Facts) -> tuple[str, dict[str, str]]:
    issued = facts.day(2021, 2025)
    held = (issued[0], issued[1], max(issued[2] - 5, 1))
    number, name = f"{facts.digits(3)}/6471/{issued[0]}", facts.pick(PEOPLE)
    markup = "#set page(flipped: true)\n" + _head(
        "PEMERINTAH KOTA BALIKPAPAN", "SERTIFIKAT", "PENYULUHAN KEAMANAN PANGAN"
    )
    markup += f"#align(center)[Nomor : {number}\n\nDiberikan kepada :\n\n#text(20pt)[{name}]\n\n"
    markup += "sebagai peserta Penyuluhan Keamanan Pangan bagi Industri Rumah Tangga Pangan\\\n"
    markup += f"yang diselenggarakan di Balikpapan pada tanggal {facts.long(held)}\n\n]"
    markup += f"#v(1cm)\n#align(right)[Balikpapan, {facts.long(issued)} \\ Kepala Dinas Kesehatan]"
    return markup, {"number": number, "holder": name, "issued_on": iso(issued)}


def _md(facts: _Facts) -> tuple[str, dict[str, str]]:
    issued = facts.day(2021, 2025)
    ends = (issued[0] + 5, *issued[1:])
    number, shop = f"MD 2{facts.chance.randint(1, 7)}2164{facts.digits(9)}", facts.pick(SHOPS)
    rows = {
        "Nomor Izin Edar": f"BPOM RI {number}",
        "Nama Dagang": "Sambal Balikpapan",
        "Jenis Pangan": "Sambal",
        "Nama Perusahaan": shop,
        "Alamat Perusahaan": facts.pick(STREETS),
        "Tanggal Terbit": facts.write(issued),
        "Berlaku Sampai": facts.write(ends),
    }
    markup = _head("BADAN PENGAWAS OBAT DAN MAKANAN", "REPUBLIK INDONESIA", "IZIN EDAR PANGAN OLAHAN") + _rows(rows)
    return markup, {"number": number, "holder": shop, "issued_on": iso(issued), "valid_until": iso(ends)}


MAKERS = {
    Kind.NIB: _nib,
    Kind.PIRT: _pirt,
    Kind.HALAL: _halal,
    Kind.NIK: _nik,
    Kind.NPWP: _npwp,
    Kind.SLHS: _slhs,
    Kind.PKP: _pkp,
    Kind.MD: _md,
}


def make(kind: Kind, *, seed: int) -> Sample:
    """Return an invented paper of *kind*; the same *seed* makes the same."""
    chance = random.Random(f"{kind}-{seed}")  # noqa: S311 - the same sample each time
    markup, says = MAKERS[kind](_Facts(chance))
    return Sample(f"{kind}-{seed}", kind, markup, says, font=SANS if seed % 2 == 0 else SERIF)


@cache
def _fonts() -> str:
    """Return a folder with the font that Pillow brings; Typst brings the other."""
    folder = Path(mkdtemp())
    (folder / "aileron.ttf").write_bytes(ImageFont.load_default(20).path.getvalue())
    return str(folder)


def _typeset(sample: Sample, **wanted: object) -> bytes:
    source = f'#set page("a4", margin: 2.2cm)\n#set text(font: "{sample.font}", size: 12pt)\n{sample.markup}'
    made = typst.compile(source.encode(), font_paths=[_fonts()], ignore_system_fonts=True, **wanted)
    return made if isinstance(made, bytes) else made[0]


def draw_pdf(sample: Sample) -> bytes:
    """Return the paper as a PDF with text."""
    return _typeset(sample, format="pdf")


def draw(sample: Sample, *, ppi: int = 150) -> Image.Image:
    """Return the paper as a clean picture."""
    return Image.open(io.BytesIO(_typeset(sample, format="png", ppi=ppi))).convert("RGB")


def distort(picture: Image.Image, how: str, *, seed: int) -> Image.Image:
    """Return the picture as a careless scan or photo would have it."""
    chance = random.Random(seed)  # noqa: S311 - the same distortion each time
    return DISTORTIONS[how](picture, chance)


def _scan(picture: Image.Image, chance: random.Random) -> Image.Image:
    turned = picture.rotate(chance.uniform(-0.6, 0.6), Image.Resampling.BICUBIC, fillcolor="white")
    return _grain(turned, chance, strength=6)


def _grain(picture: Image.Image, chance: random.Random, *, strength: int) -> Image.Image:
    noise = Image.effect_noise(picture.size, strength).convert("RGB")
    del chance
    return Image.blend(picture, noise, 0.12)


def _rotate(picture: Image.Image, chance: random.Random) -> Image.Image:
    angle = chance.choice((-1, 1)) * chance.uniform(2.0, 7.0)
    return picture.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=(225, 222, 214))


def _blur(picture: Image.Image, chance: random.Random) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(chance.uniform(1.0, 1.8)))


def _darken(picture: Image.Image, chance: random.Random) -> Image.Image:
    shade = (
        Image.linear_gradient("L").resize(picture.size).rotate(chance.choice((0, 90, 180, 270))).resize(picture.size)
    )
    dim = ImageEnhance.Brightness(picture).enhance(chance.uniform(0.3, 0.5))
    return _grain(Image.composite(ImageEnhance.Brightness(picture).enhance(0.65), dim, shade), chance, strength=25)


def _photo(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Return the paper lying askew on a table."""
    table = Image.new("RGB", (picture.width * 5 // 4, picture.height * 5 // 4), (112, 84, 60))
    table.paste(picture, (picture.width // 8, picture.height // 8))
    width, height = table.size

    def bend(side: int) -> float:
        return chance.uniform(0.0, 0.07) * side

    corners = (bend(width), bend(height), bend(width), height - bend(height))
    corners += (width - bend(width), height - bend(height), width - bend(width), bend(height))
    shot = table.transform(table.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    return _grain(ImageEnhance.Color(shot).enhance(0.8), chance, strength=14)


def _spoil(picture: Image.Image, chance: random.Random) -> Image.Image:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=chance.randint(18, 30))
    return Image.open(io.BytesIO(written.getvalue())).convert("RGB")


def _turn(picture: Image.Image, chance: random.Random) -> Image.Image:
    turn = chance.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270))
    return picture.transpose(turn)


DISTORTIONS = {
    "scan": _scan,
    "rotated": _rotate,
    "blurred": _blur,
    "dark": _darken,
    "photo": _photo,
    "jpeg": _spoil,
    "turned": _turn,
}


def as_jpeg(picture: Image.Image, **extra: object) -> bytes:
    """Return the picture as a JPEG file."""
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=88, **extra)
    return written.getvalue()
