"""Numbers of every kind of paper by their form, and what people type for them."""

import string

from hypothesis import strategies as st

from compliance.facts import Kind

FORMS = {
    Kind.NIB: r"[0-9]{13}",
    Kind.PIRT: r"[0-9]{15}",
    Kind.MD: r"M[DL]([0-9]{12}|[0-9]{15})",
    Kind.NA: r"N[A-E][0-9]{11}",
    Kind.TR: r"(BTR|TR|TI|TL|HT|FF|SD|SI|SL)[0-9]{9}",
    Kind.PKD: r"PK[DL][0-9]{11}",
    Kind.HALAL: r"ID[0-9]{13,20}",
    Kind.NON_HALAL: r"[0-9]{1,4}/NH/20[0-9]{2}",
    Kind.PSAT: r"(PD|PL|PDUK)[0-9]{4}[-/][0-9IVX]{1,20}",
    Kind.SLHS: r"[0-9]{1,4}/SLHS/[A-Z]{1,20}/20[0-9]{2}",
    Kind.PKP: r"[0-9]{1,4}/[0-9]{4}/20[0-9]{2}",
    Kind.NPWP: r"[1-9][0-9]{15}",
    Kind.NIK: r"[1-9][0-9]{5}(0[1-9]|[156][0-9]|4[1-9])(0[1-9]|1[0-2])[0-9]{2}[0-9]{3}[1-9]",
    Kind.NITKU: r"[1-9][0-9]{21}",
    Kind.TRADEMARK: r"IDM[0-9]{9}|(DID|JID|D00|J00)[0-9]{10}",
    Kind.BANK_ACCOUNT: r"[1-9][0-9]{4,19}",
    Kind.LABEL: r"[0-9]{1,4}/[A-Z]{2,5}/20[0-9]{2}",
    Kind.MANDATE: r"[0-9]{1,4}/[A-Z]{2,5}/20[0-9]{2}",
    Kind.PKS: r"[0-9]{1,4}/[A-Z]{2,5}/20[0-9]{2}",
}
"""The numbers of each kind, as they are kept."""
WORDS = [
    "NO",
    "No. ",
    "NOMOR",
    "P-IRT ",
    "SPP",
    "BPOM ",
    "RI ",
    "MD",
    "NA",
    "TR",
    "PKD",
    "PDUK ",
    "ID",
    "KH",
    "O",
    "l",
    "NPWP16",
    "NIK",
    "NITKU ",
    "IDM",
    "DID",
    "D00",
    "BCA ",
    "+62",
    "08",
    "ovo",
]
ALPHABET = string.digits + "OoIl .-/:٣７" + string.ascii_uppercase
typed = st.one_of(
    st.text(),
    st.text(ALPHABET, max_size=30),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(string.digits, max_size=16)), max_size=8).map("".join),
)
days = st.one_of(st.none(), st.dates())
