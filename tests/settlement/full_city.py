"""The office with all that money can go through: two bank accounts, a cooperative, goods that stand in stores."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.banking.accounts import add_bank_account
from consign.identity.queries import get_actor
from consign.models.partners import Agreement, Cooperative, CooperativeMember, Store
from consign.models.settlement import Adjustment, Statement
from consign.models.stock import StockLoss, StockNote
from consign.partners.agreeing import add_agreement, continue_agreement
from consign.partners.cooperatives import add_cooperative, add_member, end_membership
from consign.partners.rules import Route, Terms
from consign.payments.accepting import own_transfer, refund
from consign.payments.notices import note_payment, withdraw_notice
from consign.payouts.bank_lines import confirm_payouts, return_payout, undo_confirmation
from consign.payouts.payees import confirm_account, state_account
from consign.settlement.correcting import decide_adjustment
from consign.settlement.disputing import answer_dispute, raise_dispute
from consign.settlement.queries import hold_closed_until
from consign.settlement.shares import Share
from consign.stock.confirming import reverse_note
from consign.stock.contesting import contest_loss, decide_loss
from consign.stock.moving import Move, lock_stores, record_moves
from consign.stock.notes import add_lines, add_note
from consign.stock.rules import MovementKind, NewLine, NoteKind, NoteState, Reason
from consign.stock.writing_off import write_off
from tests.builders import terms
from tests.settlement.money import STORES, VERIFIER, Money
from tests.settlement.plain_book import PlainTerms

BEGAN = date(2026, 9, 1)
PLENTY = Decimal(100_000)


@dataclass
class FullCity:
    """What people do in it beyond `Money`. Acts run in the session of the city."""

    money: Money
    banks: tuple[int, int]
    stores: list[Store]
    cooperative: Cooperative

    @property
    def session(self) -> Session:
        return self.money.city.session

    @property
    def today(self) -> date:
        return self.money.calendar.day

    def agree(self, place: int, producer: int, first: date, last: date | None, plain: PlainTerms) -> Agreement:
        return add_agreement(
            self.session, by=self.money.city.admin, partner_id=self.money.partners[place].id,
            producer_id=self.money.city.producers[producer].id, first=first, last=last, terms=read_terms(plain),
        )  # fmt: skip

    def agree_anew(self, place: int, agreement_id: int, first: date, plain: PlainTerms) -> Agreement:
        """Let other terms hold from a day on."""
        closed = hold_closed_until(self.session, self.money.partners[place].id)
        return continue_agreement(
            self.session, by=self.money.city.admin, agreement_id=agreement_id, first=first, last=None,
            terms=read_terms(plain), closed_until=closed,
        )  # fmt: skip

    def join(self, producer: int, first: date, last: date | None) -> CooperativeMember:
        return add_member(
            self.session, by=self.money.city.admin, cooperative=self.cooperative,
            producer_id=self.money.city.producers[producer].id, first=first, last=last, mandate="SK 1",
        )  # fmt: skip

    def leave(self, member_id: int, last: date) -> int:
        """End a mandate with a day; return how many agreements end with it."""
        closed = {one.id: hold_closed_until(self.session, one.id) for one in self.money.partners}
        return end_membership(
            self.session, by=self.money.city.admin, cooperative=self.cooperative, member_id=member_id, last=last, closed=closed
        )  # fmt: skip

    def lose(self, place: int, product: int, quantity: int, day: date) -> tuple[StockNote, StockLoss]:
        """Write goods off as damaged; return the note and its loss."""
        line = NewLine(self.money.city.products[product].id, Decimal(quantity), reason=Reason.DAMAGED)
        note = write_off(
            self.session, by=self.money.city.finance, store_id=self.stores[place].id, day=day, lines=[line]
        )  # fmt: skip
        return note, self.session.scalars(select(StockLoss).where(StockLoss.note_id == note.id)).one()

    def find_again(self, note_id: int) -> StockLoss:
        """Take a write-off back; return the loss that does."""
        reverse_note(self.session, by=self.money.city.finance, note_id=note_id, reason="salah hitung")
        query = select(StockLoss).where(StockLoss.note_id == note_id).order_by(StockLoss.id.desc())
        return self.session.scalars(query.limit(1)).one()

    def contest(self, producer: int, loss_id: int) -> None:
        owner = self.money.owners[self.money.city.producers[producer].id]
        contest_loss(self.session, by=owner, loss_id=loss_id, reason=f"tidak rusak {self.money.next()}")

    def decide(self, loss_id: int, store_bp: int) -> None:
        decide_loss(
            self.session, by=self.money.city.finance, loss_id=loss_id, store_bp=store_bp, reason=f"{self.money.next()}"
        )

    def dispute(self, statement_id: int) -> int:
        """Let a producer doubt a statement."""
        statement = self.session.get_one(Statement, statement_id)
        owner = self.money.owners[statement.producer_id]
        raised = raise_dispute(self.session, by=owner, number=statement.number, line=None, expected="", reason="kurang")
        return raised.id

    def answer_dispute(self, dispute_id: int, amount_rp: int | None, *, approve: bool) -> None:
        """Reject a dispute, or uphold it with a correction that another person approves or refuses."""
        answer_dispute(
            self.session, by=self.money.city.finance, dispute_id=dispute_id, uphold=amount_rp is not None, answer="dicek",
            adjustment_rp=amount_rp,
        )  # fmt: skip
        if amount_rp is not None:
            proposed = find_proposed(self.session, dispute_id)
            decide_adjustment(
                self.session, by=self.money.second, adjustment_id=proposed, approve=approve, remark="dicek"
            )

    def refund(self, line_ids: Collection[int]) -> int:
        return refund(self.session, by=self.money.city.finance, line_ids=line_ids).id

    def move_own(self, line_ids: Collection[int]) -> int:
        return own_transfer(self.session, by=self.money.city.finance, line_ids=line_ids).id

    def confirm(self, payout_id: int, line_id: int) -> int:
        """Say that a line out of a bank account is a payout; return the match."""
        return confirm_payouts(
            self.session, by=self.money.city.finance, line_ids=[line_id], payout_ids=[payout_id]
        ).id  # fmt: skip

    def give_back(self, payout_id: int, line_id: int | None) -> None:
        return_payout(
            self.session, by=self.money.city.finance, payout_id=payout_id, on=self.today, reason="uji", line_id=line_id
        )

    def unconfirm(self, match_id: int) -> None:
        undo_confirmation(self.session, by=self.money.city.finance, match_id=match_id, reason="uji")

    def announce(self, share: Share) -> int:
        """Note that a partner paid past the office; return the notice."""
        statement = self.session.get_one(Statement, share.statement_id)
        return note_payment(
            self.session, by=self.money.city.finance, partner_id=statement.partner_id, route=statement.route,
            paid_on=self.today, lines=[share], reference="",
        ).id  # fmt: skip

    def withdraw(self, notice_id: int) -> None:
        withdraw_notice(self.session, by=self.money.city.finance, notice_id=notice_id, reason="salah")


def find_proposed(session: Session, dispute_id: int) -> int:
    return session.scalars(select(Adjustment.id).where(Adjustment.dispute_id == dispute_id)).one()


def read_terms(plain: PlainTerms) -> Terms:
    return terms(**{**vars(plain), "route": Route(plain.route)})


def build_full_city(money: Money) -> FullCity:
    """Add a second bank account, a cooperative with an account, and goods of both producers in the stores that sell."""
    session, city = money.city.session, money.city
    bank = add_bank_account(
        session, by=city.admin, code="BRI", bank_code="002", number="0020005678", holder="Dinas Koperasi"
    )  # fmt: skip
    cooperative = add_cooperative(session, by=city.admin, code="KOP", name="Koperasi Maju", phone=None)
    stated = state_account(
        session, by=city.finance, bank_code="124", number="0012345678", holder=cooperative.name,
        cooperative_id=cooperative.id,
    )  # fmt: skip
    confirm_account(session, by=get_actor(session, VERIFIER), account_id=stated.id)
    stores = [session.scalars(select(Store).where(Store.code == code)).one() for code in STORES]
    for store in stores:
        for producer, product in zip(city.producers, city.products, strict=True):
            stand(money, store, producer.id, [NewLine(product.id, PLENTY)])
    return FullCity(money, (money.bank_id, bank.id), stores, cooperative)


def stand(money: Money, store: Store, producer_id: int, lines: Sequence[NewLine]) -> None:
    """Let goods stand in a store, as its confirming of a delivery does."""
    session, by = money.city.session, money.city.admin
    lock_stores(session, [store.id])
    note = add_note(
        session,
        by=by,
        kind=NoteKind.DELIVERY,
        state=NoteState.CONFIRMED,
        store=store,
        day=BEGAN,
        producer_id=producer_id,
    )
    note.confirmed_on, note.confirmed_by = BEGAN, by.user_id
    rows = add_lines(session, note, lines)
    moves = [
        Move(store.id, one.product_id, BEGAN, MovementKind.RECEIVED, one.quantity, note.id, one.line_no, one.batch_id)
        for one in rows
    ]
    record_moves(session, moves)
