"""Regions, people and products on the command line: what is printed, and with what it ends."""

import json
import re
from collections.abc import Iterator

import click
import pytest
from sqlalchemy import text

from consign.cli import cli
from consign.db import Database
from consign.identity.accounts import choose_password
from consign.identity.links import LinkUnknown
from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.cli.terminal import Ended, Terminal
from tests.conftest import REGION
from tests.identity.people import PASSWORD, attempt, events, let_in


def run(terminal: Terminal, step: str) -> Ended:
    """Run a command written as one would type it, without quotes."""
    return terminal.run(*step.split())


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command and group below *group* with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))


ALL = dict(commands(cli))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_says_what_it_does_and_answers_help(bare_terminal: Terminal, words: tuple[str, ...]):
    command = ALL[words]
    assert command.help
    assert command.help.strip().endswith((".", ")"))
    ended = bare_terminal.run(*words, "--help")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: consign {' '.join(words)}")


def test_every_option_that_is_not_plain_from_its_name_is_explained():
    plain = {"partner", "producer", "partner_code", "producer_code", "name", "role", "kind", "cycle", "unit", "day"}
    plain |= {"reason", "from_on", "store", "store_code", "host", "port", "help", "version"}
    silent = [
        (" ".join(words), option.name)
        for words, command in ALL.items()
        for option in command.params
        if isinstance(option, click.Option) and not option.help and option.name not in plain
    ]
    assert [one for one in silent if one[1] not in {"fee_on", "discount_borne_by", "on_overlap"}] == []


def test_a_region_is_added_once_and_listed(empty_terminal: Terminal):
    assert (
        empty_terminal.run("region", "add", "64.72", "Kota Samarinda").out == "Region 64.72 Kota Samarinda was added.\n"
    )
    again = empty_terminal.run("region", "add", "64.72", "Kota Samarinda")
    assert (again.status, "stands already" in again.out) == (0, True)
    listed = json.loads(empty_terminal.run("region", "list", "--json").out)
    assert listed == [{"code": "6471", "name": "Kota Balikpapan"}, {"code": "6472", "name": "Kota Samarinda"}]
    assert "Kota Samarinda" in empty_terminal.run("region", "list").out
    assert empty_terminal.run("db", "upgrade", "--all").out == "2 regions up to date.\n"
    assert empty_terminal.run("db", "upgrade").out == "1 region up to date.\n"


BAD = (
    "region add 647 x",
    "--region 11.01 db upgrade",
    "--region 11.01 check",
    f"--region x user list --as {ADMIN}",
    "region add 64.72",
    "region remove",
    "nothing",
)


def test_bad_input_ends_with_2_and_says_why(empty_terminal: Terminal):
    for step in BAD:
        ended = run(empty_terminal, step)
        assert (ended.status, ended.out) == (2, ""), step
        assert len(ended.err) > 20, step


def test_the_region_is_asked_for(empty_terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CONSIGN_REGION")
    ended = empty_terminal.run("check")
    assert (ended.status, "Which region?" in ended.err) == (2, True)


def test_a_database_that_does_not_answer_ends_with_2(bare_terminal: Terminal):
    ended = bare_terminal.run("--region", REGION, "check")
    assert (ended.status, "does not answer" in ended.err) == (2, True)
    assert "Traceback" not in ended.err


def add_user(terminal: Terminal, login: str, role: str, *more: str) -> tuple[int, str]:
    ended = terminal.run("user", "add", login, "--name", "X", "--role", role, *more)
    return ended.status, ended.out + ended.err


def test_the_first_admin_needs_nobody_and_all_others_need_an_admin(empty_terminal: Terminal):
    assert add_user(empty_terminal, "x@dinas.example", "auditor") == (
        2,
        "Only the first admin of a region is added without --as; no user was added. [identity.not_allowed]\n",
    )
    status, printed = add_user(empty_terminal, ADMIN, "admin")
    assert (status, printed.splitlines()[0]) == (0, f"{ADMIN} was added as admin.")
    assert add_user(empty_terminal, "y@dinas.example", "admin")[0] == 2
    assert add_user(empty_terminal, AUDITOR, "auditor", "--as", ADMIN) == (0, f"{AUDITOR} was added as auditor.\n")
    for by in (AUDITOR, "nobody@dinas.example", "nobody"):
        assert add_user(empty_terminal, "z@dinas.example", "auditor", "--as", by)[0] == 2
    assert add_user(empty_terminal, AUDITOR, "auditor", "--as", ADMIN)[0] == 2
    assert add_user(empty_terminal, "siti", "auditor", "--as", ADMIN)[0] == 2
    for by in (ADMIN, AUDITOR):
        listed = json.loads(empty_terminal.run("user", "list", "--as", by, "--json").out)
        assert [(one["login"], one["role"]) for one in listed] == [(ADMIN, "admin"), (AUDITOR, "auditor")]


def find_link(printed: str) -> str:
    """Return the token of the link in the line that says whose it is and how long it works."""
    line = next(line for line in printed.splitlines() if "/link/" in line)
    found = re.fullmatch(r"(\S+) chooses a password here, once and within 14 days: (\S*)/link/(\S{43})", line)
    assert found is not None, printed
    return found[3]


def sign_in_with(database: Database, token: str) -> str:
    """Choose a password with a link and sign in; return who it was."""
    with database.transaction(REGION) as session:
        user = choose_password(session, token=token, password=PASSWORD, agreed=True)
        assert len(attempt(session, user.login)) == 43
        return user.login


def test_the_first_admin_gets_a_link_and_others_where_it_is_asked_for(empty_terminal: Terminal, database: Database):
    printed = add_user(empty_terminal, "Rini@Dinas.Example", "admin")[1]
    assert printed.splitlines()[0] == "rini@dinas.example was added as admin."
    assert printed.splitlines()[-1].startswith("Write the address of your pages before it")
    assert sign_in_with(database, find_link(printed)) == "rini@dinas.example"
    link = ("--link", "--base-url", "https://titip.example/", "--as", "rini@dinas.example")
    printed = add_user(empty_terminal, "0812 345 678", "auditor", *link)[1]
    assert " https://titip.example/link/" in printed
    assert sign_in_with(database, find_link(printed)) == "+62812345678"


def test_a_new_link_ends_the_old_one(terminal: Terminal, database: Database):
    first, second = (find_link(terminal.run("user", "invite", AUDITOR, "--as", ADMIN).out) for _ in range(2))
    with pytest.raises(LinkUnknown):
        sign_in_with(database, first)
    assert sign_in_with(database, second) == AUDITOR


def test_the_operator_helps_an_admin_who_lost_everything_and_nobody_else(terminal: Terminal, database: Database):
    with database.transaction(REGION) as session:
        let_in(session, ADMIN, totp=True)
    for words in (("invite", FINANCE), ("drop-second-factor", FINANCE)):
        ended = terminal.run("user", *words, "--operator")
        assert (ended.status, ended.err.endswith("[identity.not_allowed]\n")) == (2, True)
    assert ADMIN in terminal.run("user", "drop-second-factor", ADMIN, "--operator").out
    assert sign_in_with(database, find_link(terminal.run("user", "invite", ADMIN, "--operator").out)) == ADMIN
    with database.transaction(REGION) as session:
        found = [(act, by) for act, _, by, _ in events(session) if act in {"user invited", "second factor dropped"}]
    assert found == [("second factor dropped", None), ("user invited", None)]


def test_somebody_acts(terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CONSIGN_AS")
    for words in (("invite", AUDITOR), ("drop-second-factor", AUDITOR)):
        ended = terminal.run("user", *words)
        assert (ended.status, "Who acts?" in ended.err) == (2, True)


def test_accounts_are_shut_and_opened_by_admins_with_the_same_rules_as_everywhere(terminal: Terminal):
    as_admin = ("--as", ADMIN)
    assert terminal.run("user", "disable", AUDITOR, *as_admin).out == f"{AUDITOR} is shut out.\n"
    assert terminal.run("user", "list", "--as", AUDITOR).status == 2
    assert "no" in terminal.run("user", "list", *as_admin).out
    assert terminal.run("user", "invite", AUDITOR, *as_admin).status == 2
    assert terminal.run("user", "enable", AUDITOR, *as_admin).out == f"{AUDITOR} may sign in again.\n"
    assert terminal.run("user", "list", "--as", AUDITOR).status == 0
    for words in (
        ("disable", ADMIN, *as_admin),
        ("disable", AUDITOR, "--as", FINANCE),
        ("enable", AUDITOR, "--as", AUDITOR),
        ("invite", AUDITOR, "--as", FINANCE),
        ("drop-second-factor", ADMIN, *as_admin),
        ("drop-second-factor", FINANCE, "--as", AUDITOR),
        ("disable", "nobody@dinas.example", *as_admin),
        ("invite", "nobody", *as_admin),
    ):
        ended = terminal.run("user", *words)
        assert (ended.status, ended.out) == (2, ""), words


def test_what_is_owed_is_for_those_who_may_see_it(terminal: Terminal):
    for login, status in ((AUDITOR, 0), (FINANCE, 0), ("petugas@dinas.example", 2)):
        if status:
            add_user(terminal, login, "field_officer", "--as", ADMIN)
        assert terminal.run("owed", "--as", login).status == status


def test_people_of_a_partner_are_added_for_it(terminal: Terminal):
    as_admin = ("--as", ADMIN)
    assert (
        add_user(terminal, "gerai@bm.example", "store_manager", "--partner", "BM", "--store", "T1", *as_admin)[0] == 0
    )
    assert add_user(terminal, "p1@umkm.example", "producer", "--producer", "P1", *as_admin)[0] == 0
    for wrong in (
        ("store_manager", "--partner", "BM"),
        ("store_manager", "--store", "T1"),
        ("store_manager", "--partner", "BM", "--store", "T9"),
        ("auditor", "--partner", "BM"),
        ("producer", "--producer", "P9"),
        ("chief",),
    ):
        assert add_user(terminal, "z@dinas.example", *wrong, *as_admin)[0] == 2, wrong


def test_a_city_is_set_up_step_by_step(empty_terminal: Terminal, monkeypatch: pytest.MonkeyPatch, database: Database):
    add_user(empty_terminal, ADMIN, "admin")
    monkeypatch.setenv("CONSIGN_AS", ADMIN)
    days = ("--from", "2026-01-01")
    steps = (
        "producer add P1 Dapur --nib 9120001234567 --firm",
        "partner add BM Beruang --kind minimarket --cycle half_month",
        "partner taxes BM --form firm --npwp 01.234.567.4-721.000 --pkp-since 2020-01-01",
        "store add T1 Gerai --partner BM --zone Asia/Jakarta --opened-on 2026-01-01",
        "store alias T1 Sudirman --partner BM",
        f"product add K Keripik --producer P1 --content 200 --unit g --price 15000 --gtin 8992761002015 {' '.join(days)}",
        "product price K 16000 --from 2026-06-01",
        "product gtin K 4006381333931 --from 2026-06-01",
        "product alias K PLU1 --partner BM",
        f"agreement add --partner BM --producer P1 --fee 2,5% --fee-tax 11% --pph23 2% --term 30 {' '.join(days)}",
        (
            "agreement add --partner BM --producer P1 --store T1 --product K --fee 3 --fee-tax 11% --pph23 2%"
            f" {' '.join(days)} --until 2026-12-31"
        ),
    )
    for step in steps:
        ended = run(empty_terminal, step)
        assert (ended.status, ended.err) == (0, ""), step
        assert ended.out.endswith(".\n")
    assert "K costs Rp17.000 from 01/07/2026 on" in run(empty_terminal, "product price K 17000 --from 2026-07-01").out
    with database.transaction(REGION) as session:
        rows = session.execute(
            text("SELECT fee_rate_bp, fee_tax_bp, pph23_bp, payment_term_days FROM agreement ORDER BY id")
        )
        assert [tuple(row) for row in rows] == [(250, 1_100, 200, 30), (300, 1_100, 200, 15)]
        assert session.scalar(text("SELECT zone FROM store")) == "Asia/Jakarta"
        assert session.scalar(text("SELECT count(*) FROM product_price")) == 3
    assert empty_terminal.run("check").out == "Everything holds.\n"


REFUSED = (
    ("producer add P1 Lain", "partners.code_taken"),
    ("producer add P7 Lain --nib 123", "partners.nib_invalid"),
    ("partner add BM Lain --kind hotel", "partners.code_taken"),
    ("store add T1 Lain --partner BM --opened-on 2026-01-01", "partners.code_taken"),
    ("store add T7 Lain --partner XX --opened-on 2026-01-01", "partners.unknown_code"),
    ("store add T7 Lain --partner BM --zone Asia/Tokyo --opened-on 2026-01-01", "input.bad"),
    ("store alias T2 T1 --partner BM", "partners.code_taken"),
    ("product price PRD-9 1 --from 2026-06-01", "catalogue.product_unknown"),
    ("product price PRD-1 1 --from 2026-01-01", "catalogue.price_overlaps"),
    ("product price PRD-1 0 --from 2026-06-01", "input.bad"),
    ("product gtin PRD-1 8992761002014 --from 2026-06-01", "catalogue.gtin_invalid"),
    ("product alias PRD-1 PLU2 --partner BM", "catalogue.code_taken"),
    ("agreement add --partner BM --producer P1 --fee 2,5 --from 2026-06-01", "partners.agreement_overlaps"),
    ("agreement add --partner BM --producer P1 --store T1 --fee 7,5 --from 2026-06-01", "partners.fee_out_of_bounds"),
    ("agreement add --partner BM --producer P1 --fee banyak --from 2026-06-01", "input.bad"),
)


def test_a_refusal_ends_with_2_and_its_code_and_changes_nothing(terminal: Terminal, database: Database):
    for step, code in REFUSED:
        ended = run(terminal, f"{step} --as {ADMIN}")
        assert (ended.status, ended.out) == (2, ""), step
        assert ended.err.endswith(f"[{code}]\n"), step
    counts = """SELECT (SELECT count(*) FROM producer), (SELECT count(*) FROM partner), (SELECT count(*) FROM store),
      (SELECT count(*) FROM product_price), (SELECT count(*) FROM barcode), (SELECT count(*) FROM agreement)"""
    with database.transaction(REGION) as session:
        assert tuple(session.execute(text(counts)).one()) == (2, 1, 2, 2, 2, 2)


def test_a_product_with_a_wrong_barcode_is_not_added_at_all(terminal: Terminal, database: Database):
    step = "product add X Abon --producer P1 --content 1 --unit kg --price 5 --gtin 123 --from 2026-01-01"
    assert run(terminal, f"{step} --as {ADMIN}").status == 2
    with database.transaction(REGION) as session:
        assert session.scalar(text("SELECT count(*) FROM product")) == 2


def test_an_auditor_changes_nothing(terminal: Terminal):
    for step in (
        "producer add P7 Lain",
        "partner add HB Lain --kind hotel",
        "product price PRD-1 1 --from 2026-06-01",
        "agreement add --partner BM --producer P1 --store T1 --fee 2,5 --from 2026-06-01",
    ):
        ended = run(terminal, f"{step} --as {AUDITOR}")
        assert (ended.status, ended.err.endswith("[identity.not_allowed]\n")) == (2, True), step


def test_a_breach_ends_with_1_and_is_named(terminal: Terminal, database: Database):
    assert terminal.run("check").status == 0
    with database.transaction(REGION) as session:
        session.execute(text("UPDATE agreement SET fee_rate_bp = 900 WHERE id = (SELECT min(id) FROM agreement)"))
    ended = terminal.run("check")
    assert (ended.status, "agreement.fee" in ended.out) == (1, True)
    ended = terminal.run("check", "--json")
    assert (ended.status, json.loads(ended.out)["breaches"][0]["code"]) == (1, "agreement.fee")


def test_the_version_is_told(bare_terminal: Terminal):
    assert bare_terminal.run("--version").out.startswith("consign, version ")
