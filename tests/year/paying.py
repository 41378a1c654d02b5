"""Doing in consign what happens with money: notices, answers, bank statements, what their lines are, payouts, corrections."""

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.banking.posting import post_bank_file
from consign.identity.rules import Role
from consign.jobs.enqueued import match_bank_lines
from consign.models.banking import BankLine
from consign.models.identity import UserAccount
from consign.models.payouts import Payout, PayoutPart
from consign.models.settlement import Adjustment
from consign.payments.accepting import accept_split
from consign.payments.answers import answer_payment, take_as_received
from consign.payments.match_rows import find_free
from consign.payments.notice_rules import Answer
from consign.payments.notices import note_payment
from consign.payments.other_lines import charge
from consign.payments.proof_files import ProofFile, take_proof
from consign.payments.writing_off import decide_write_off, propose_write_off
from consign.payouts.approving import approve_batch
from consign.payouts.bank_lines import return_payout
from consign.payouts.exporting import export_batch
from consign.payouts.planning import plan_payouts
from consign.payouts.rules import NothingToPay
from consign.payouts.sending import send_batch
from consign.sample.money_steps import draw_slip
from consign.settlement.correcting import decide_adjustment
from consign.settlement.disputing import answer_dispute, raise_dispute
from consign.settlement.shares import Share
from tests.banking.writers import WRITERS, statement, write_bca, write_kopra
from tests.year.acting import REGION, Acting
from tests.year.money import Answered, Came, Corrected, Noted, Paid, Shares, WrittenOff
from tests.year.people import CASH_RP, CITY_BANKS
from tests.year.setting_up import act_as, login

FORMATS = {"BCA": "bca", "BRI": "csv", "MDR": "pain"}


@dataclass
class Money:
    """The office's accounts at the bank, and what was noted and paid out. Lines are day, amount and words."""

    acting: Acting
    notices: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By label: id and number."""
    lines: dict[str, list[tuple[date, int, str]]] = field(default_factory=lambda: {code: [] for code in CITY_BANKS})
    posted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CITY_BANKS, 0))
    payouts: dict[str, int] = field(default_factory=dict)
    """Ids by reference."""
    proof: ProofFile | None = None
    """The slip that partners hand in with what they paid past the office."""

    def _shares(self, shares: Shares) -> list[Share]:
        return [Share(self.acting.statements[key][0], amount) for key, amount in shares]

    def note(self, one: Noted) -> None:
        """Note a payment as its partner."""
        acting = self.acting
        if self.proof is None:
            self.proof = take_proof(io.BytesIO(draw_slip()), name="bukti.png", files=acting.files)
        proof = None if one.bank else self.proof

        def work(session: Session) -> tuple[int, str]:
            notice = note_payment(
                session, by=act_as(session, one.partner), partner_id=acting.ids.partners[one.partner], route=one.route,
                paid_on=acting.calendar.day, lines=self._shares(one.shares), reference="",
                bank_account_id=acting.ids.banks[one.bank] if one.bank else None, proof=proof,
            )  # fmt: skip
            return notice.id, notice.number

        self.notices[one.label] = acting.act("notices", work)

    def answer(self, one: Answered) -> None:
        """Say whether money came: as the producer, as its cooperative for it, or as finance after silence."""
        acting, notice_id = self.acting, self.notices[one.label][0]
        producer_id = acting.ids.producers[one.producer]

        def work(session: Session) -> None:
            by = act_as(session, one.by)
            if by.role is Role.COOPERATIVE:  # as a session does in which it acts for a member
                by = replace(by, role=Role.PRODUCER, producer_id=producer_id, cooperative_id=None, on_behalf=True)
            if Answer(one.answer) is Answer.TAKEN:
                take_as_received(session, by=by, notice_id=notice_id, producer_id=producer_id)
            else:
                answer_payment(session, by=by, notice_id=notice_id, producer_id=producer_id, answer=Answer(one.answer))

        acting.act("answers", work)

    def write_off(self, one: WrittenOff) -> None:
        """Propose to write a rest off, and approve it as another."""
        acting = self.acting
        write_off_id = acting.act(
            "write-offs",
            lambda session: propose_write_off(
                session, by=act_as(session, "finance"), statement_id=acting.statements[one.key][0], amount_rp=one.amount,
                reason_code="transfer_cost", borne_by=one.borne_by,
            ).id,
        )  # fmt: skip
        acting.act(
            "write-offs",
            lambda session: decide_write_off(
                session, by=act_as(session, "head"), write_off_id=write_off_id, approve=True
            ),
        )

    def correct(self, one: Corrected) -> None:
        """Doubt a statement as its producer, agree as the office, and approve the correction as another."""
        acting = self.acting

        def work(session: Session) -> int:
            raised = raise_dispute(
                session, by=act_as(session, one.key[1]), number=acting.statements[one.key][1], line=None, expected="",
                reason="tidak sesuai catatan",
            )  # fmt: skip
            answer_dispute(
                session, by=act_as(session, "finance"), dispute_id=raised.id, uphold=True, answer="benar",
                adjustment_rp=one.amount,
            )  # fmt: skip
            return session.scalars(select(Adjustment.id).where(Adjustment.dispute_id == raised.id)).one()

        adjustment_id = acting.act("disputes", work)
        acting.act(
            "disputes",
            lambda session: decide_adjustment(
                session, by=act_as(session, "head"), adjustment_id=adjustment_id, approve=True
            ),
        )

    def describe(self, one: Came) -> str:
        """Return the words of a line of money that came."""
        name = self.acting.city.partner_of[f"{one.partner}01"].name.upper()
        if one.notice:
            return f"TRSF E-BANKING CR {self.notices[one.notice][1]} {name}"
        if one.statement:
            return f"BI-FAST CR {self.acting.statements[one.statement][1]} {name}"
        return f"KR OTOMATIS {name}"

    def add_line(self, bank: str, amount: int, words: str) -> None:
        """Let the bank book a line today."""
        self.lines[bank].append((self.acting.calendar.day, amount, words))

    def fetch(self, bank: str) -> list[int]:
        """Post what the bank says since the last time, with the days before once more; return the new lines' places."""
        lines, done = self.lines[bank], self.posted[bank]
        if done == len(lines):
            return []
        start = done
        while start and lines[start - 1][0] >= lines[done - 1][0]:
            start -= 1  # whole days, so that twins of a day are told apart
        opening = CASH_RP + sum(amount for _, amount, _ in lines[:start])
        content = self._write(bank, opening, lines[start:])
        acting = self.acting
        with tempfile.TemporaryDirectory(prefix="consign-year-") as folder, acting.timing("bank files"):
            path = Path(folder) / f"mutasi-{bank}-{acting.calendar.day:%Y%m%d}.csv"
            path.write_bytes(content)
            with acting.database.transaction(REGION) as session:
                post_bank_file(
                    session, acting.files, by=act_as(session, "finance"), account_code=bank, path=path, name=path.name
                )
        self.posted[bank] = len(lines)
        self._match(bank)
        return list(range(done, len(lines)))

    def _write(self, bank: str, opening: int, moves: Sequence[tuple[date, int, str]]) -> bytes:
        _, number, layout = CITY_BANKS[bank]
        said = statement(opening, moves)
        if layout == "bca":
            return write_bca(said, number=number)
        return write_kopra(said, number=number) if layout == "kopra" else WRITERS[layout](said)

    def _match(self, bank: str) -> None:
        acting = self.acting
        with acting.timing("matching"):
            with acting.database.transaction(REGION) as session:
                user_id = session.scalars(select(UserAccount.id).where(UserAccount.login == login("finance"))).one()
            match_bank_lines(acting.database, region=REGION, account_id=acting.ids.banks[bank], user_id=user_id)

    def _find_line(self, session: Session, bank: str, place: int) -> int:
        """Return the id of a line by its place on the account."""
        query = select(BankLine.id).where(BankLine.account_id == self.acting.ids.banks[bank]).order_by(BankLine.id)
        return session.scalars(query.offset(place).limit(1)).one()

    def take(self, bank: str, place: int, one: Came) -> None:
        """See that a line was matched as the city meant it; what was not certain a person says."""
        amount = self.lines[bank][place][1]

        def work(session: Session) -> None:
            line_id = self._find_line(session, bank, place)
            free = find_free(session, [line_id])[line_id]
            if free not in {0, amount} or (free == 0) != one.is_certain:
                self.acting.told.append(
                    f"{one.partner} {bank} line {place}: {free} of {amount} free, certain {one.is_certain}"
                )
            if free == amount:
                accept_split(
                    session, by=act_as(session, "finance"), taken={line_id: amount}, shares=self._shares(one.shares)
                )

        self.acting.act("matching by hand", work)

    def charge(self, bank: str, place: int) -> None:
        """Say that a line is what the bank took."""
        self.acting.act(
            "matching by hand",
            lambda session: charge(
                session, by=act_as(session, "finance"), line_id=self._find_line(session, bank, place)
            ),
        )

    def pay_out(self, bank: str, planned: Sequence[Paid]) -> dict[str, Paid]:
        """Plan, approve, export and send a batch; see that it is what the books planned. Return it by references."""
        acting, on = self.acting, self.acting.calendar.day
        try:
            batch_id = acting.act(
                "payouts",
                lambda session: (
                    plan_payouts(
                        session, by=act_as(session, "finance"), bank_account_id=acting.ids.banks[bank], on=on
                    ).id
                ),
            )
        except NothingToPay:
            if planned:
                acting.told.append(f"{on} {bank}: nothing to pay, not {len(planned)}")
            return {}
        acting.act("payouts", lambda session: approve_batch(session, by=act_as(session, "head"), batch_id=batch_id))
        acting.act(
            "payouts",
            lambda session: export_batch(
                session, by=act_as(session, "finance"), batch_id=batch_id, format=FORMATS[bank], on=on
            ),
        )
        acting.act(
            "payouts", lambda session: send_batch(session, by=act_as(session, "finance"), batch_id=batch_id, on=on)
        )
        return acting.act("reading back", lambda session: self._compare(session, batch_id, planned))

    def _compare(self, session: Session, batch_id: int, planned: Sequence[Paid]) -> dict[str, Paid]:
        ids = self.acting.ids
        partners = {number: code for code, number in ids.partners.items()}
        producers = {number: code for code, number in ids.producers.items()}
        cooperatives = {number: code for code, number in ids.cooperatives.items()}
        made = {}
        for one in session.scalars(select(Payout).where(Payout.batch_id == batch_id)):
            parts = session.scalars(select(PayoutPart).where(PayoutPart.payout_id == one.id))
            payee = producers.get(one.producer_id or 0) or cooperatives[one.cooperative_id or 0]
            named = tuple(
                sorted(((partners[part.partner_id], producers[part.producer_id]), part.amount_rp) for part in parts)
            )
            made[one.reference] = Paid(payee, named)
            self.payouts[one.reference] = one.id
        if set(made.values()) != set(planned):
            self.acting.told.append(f"batch {batch_id}: {set(made.values()) ^ set(planned)}")
        return made

    def see_paid(self, reference: str) -> None:
        """See that a payout was found on the bank's statement."""

        def work(session: Session) -> str:
            return session.get_one(Payout, self.payouts[reference]).state

        state = self.acting.act("reading back", work)
        if state != "paid":
            self.acting.told.append(f"payout {reference} is {state}, not paid")

    def take_return(self, bank: str, place: int, reference: str) -> None:
        """Take a payout back that came back by a line."""
        acting = self.acting
        acting.act(
            "payouts",
            lambda session: return_payout(
                session, by=act_as(session, "finance"), payout_id=self.payouts[reference], on=acting.calendar.day,
                reason="rekening ditutup", line_id=self._find_line(session, bank, place),
            ),
        )  # fmt: skip
