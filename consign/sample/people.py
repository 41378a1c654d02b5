"""The users of the sample city, one or more for every role. None of them is real."""

from dataclasses import dataclass

from consign.identity.rules import Role

ADMIN = "admin@dinas.example"
FINANCE = "keuangan@dinas.example"
VERIFIER = "verifikator@dinas.example"
FIELD_OFFICER = "petugas@dinas.example"
COOPERATIVE = "KOP-01"
"""The code of the cooperative of the sample city."""
HEAD = "kepala@dinas.example"
PASSWORD = "kriuk-titip-jual-64"  # noqa: S105  # of invented people; everybody may know it


@dataclass(frozen=True)
class Person:
    """A user, and by their codes the partner, store, producer or cooperative that the role is held for."""

    login: str
    name: str
    role: Role
    partner: str | None = None
    store: str | None = None
    producer: str | None = None
    cooperative: str | None = None


OFFICE = (
    Person(ADMIN, "Rahma Widyastuti", Role.ADMIN),
    Person(FINANCE, "Bagus Priyambodo", Role.DINAS_FINANCE),
    Person(VERIFIER, "Nurul Fitriani", Role.VERIFIER),
    Person(FIELD_OFFICER, "Andi Firmansyah", Role.FIELD_OFFICER),
    Person("verifikator2@dinas.example", "Siti Marlina", Role.VERIFIER),
    Person(HEAD, "Hendra Saputra", Role.HEAD),
    Person("auditor@dinas.example", "Maria Lestari", Role.AUDITOR),
)
OTHERS = (
    Person("keuangan@enggang.example", "Yohanes Tandi", Role.PARTNER_FINANCE, partner="ENG"),
    Person("keuangan@pesut.example", "Lina Kusumawati", Role.PARTNER_FINANCE, partner="PES"),
    Person("keuangan@teluksenja.example", "Dewa Suardana", Role.PARTNER_FINANCE, partner="TEL"),
    Person("eng01@enggang.example", "Samuel Lumban", Role.STORE_MANAGER, partner="ENG", store="ENG01"),
    Person("p02@pesut.example", "Fitri Handayani", Role.STORE_MANAGER, partner="PES", store="P02"),
    Person("p03@pesut.example", "Arif Budiman", Role.STORE_MANAGER, partner="PES", store="P03"),
    Person("ratmi@umkm.example", "Ratmi Sulastri", Role.PRODUCER, producer="UMKM-001"),
    Person("kopi@umkm.example", "Joko Tirtana", Role.PRODUCER, producer="UMKM-004"),
    Person("pengurus@koperasi.example", "Tuti Rahayu", Role.COOPERATIVE, cooperative=COOPERATIVE),
    Person("bahari@umkm.example", "Melati Ananda", Role.PRODUCER, producer="UMKM-031"),
)
PEOPLE = (*OFFICE, *OTHERS)


@dataclass(frozen=True)
class Newcomer:
    """A producer that registered and sells nothing yet; without *login* the field officer registered it."""

    login: str | None
    business_name: str
    owner_name: str
    nib: str | None


NEWCOMERS = (
    Newcomer("yuni@umkm.example", "Bolu Gulung Bu Yuni", "Yuni Astuti", "0000647100041"),
    Newcomer("pentol@umkm.example", "Pentol Ikan Cak Dul", "Abdul Rohman", "0000647100042"),
)
"""They registered themselves and wait until the dinas confirms them."""
HELPED = Newcomer(None, "Gula Aren Mbah Kasan", "Kasan Wiryo", None)
"""It has no account: the field officer acts for it."""
LOGINS = (*(one.login for one in PEOPLE), *(one.login for one in NEWCOMERS if one.login))
"""Of everybody who can sign in."""


def find_manager(store: str) -> str | None:
    """Return the login of the store's manager; blank where the partner's finance hands in its files."""
    return next((one.login for one in OTHERS if one.store == store), None)


def get_partner_finance(partner: str) -> str:
    """Return the login of the person who keeps the partner's books."""
    return next(one.login for one in OTHERS if one.partner == partner and one.role is Role.PARTNER_FINANCE)
