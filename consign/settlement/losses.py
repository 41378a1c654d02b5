"""Which losses of goods a closing takes, which wait for a later one, and what is settled of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.models.settlement import Statement
from consign.models.stock import StockLoss
from consign.stock.loss_facts import SETTLED, read_facts, select_facts
from consign.stock.loss_rules import LossState, assess_loss
from reports.statement import StatementLossLine

# What statements settled, in the order of its days. A share that nobody said is of a loss that was taken back.
LINES = """
    SELECT settled.statement_id, loss.day, note.number AS note, store.code AS store, store.name AS store_name,
      product.code AS product_code, product.name AS product, loss.reason, loss.quantity, loss.value_rp,
      COALESCE(decision.store_bp, loss.store_bp) AS share_bp, settled.store_rp
    FROM {settled} AS settled JOIN stock_loss AS loss ON loss.id = settled.loss_id
    JOIN stock_note AS note ON note.id = loss.note_id JOIN store ON store.id = loss.store_id
    JOIN product ON product.id = loss.product_id
    LEFT JOIN stock_loss_decision AS decision ON decision.loss_id = loss.id
    {where} ORDER BY settled.statement_id, loss.day, note.number, product.name, loss.id"""
SETTLED_LINES = text(LINES.format(settled="statement_loss", where="WHERE settled.statement_id = ANY(:statements)"))
DUE_LINES = text(
    LINES.format(
        settled="""(SELECT 0 AS statement_id, * FROM unnest(CAST(:losses AS bigint[]), CAST(:shares AS bigint[]))
          AS due(loss_id, store_rp))""",
        where="",
    )
)

SUMS = text("""
    SELECT statement.producer_id,
      COALESCE(sum(round(loss.value_rp::numeric * COALESCE(decision.store_bp, loss.store_bp) / 10000)), 0)::bigint AS losses_rp
    FROM statement_loss AS settled JOIN statement ON statement.id = settled.statement_id
    JOIN stock_loss AS loss ON loss.id = settled.loss_id
    LEFT JOIN stock_loss_decision AS decision ON decision.loss_id = loss.id
    WHERE statement.closing_id = :closing GROUP BY 1""")


@dataclass(frozen=True)
class DueLoss:
    """A loss that a closing takes."""

    loss_id: int
    producer_id: int
    store_rp: int
    """What the store bears of it."""


@dataclass(frozen=True)
class WaitingLosses:
    """Losses that a closing leaves for a later one, because of the same."""

    state: LossState
    count: int
    value_rp: int
    """What they come to, whoever bears it."""


@dataclass(frozen=True)
class ClosingLosses:
    """The losses of a partner until a day that no statement took: those that are due, and those that wait."""

    due: tuple[DueLoss, ...]
    waiting: tuple[WaitingLosses, ...]

    @property
    def store_rp(self) -> int:
        """Return what the stores bear of those that are due."""
        return sum(one.store_rp for one in self.due)

    def sum_by_producer(self) -> Mapping[int, int]:
        """Return what the stores bear of each producer's that are due."""
        sums: defaultdict[int, int] = defaultdict(int)
        for one in self.due:
            sums[one.producer_id] += one.store_rp
        return sums


def find_losses(session: Session, *, partner_id: int, until: date, on: date) -> ClosingLosses:
    """Return a partner's losses until the day *until*, inside, that are in no statement, as they stand on the day *on*."""
    query = select_facts().where(StockLoss.partner_id == partner_id, StockLoss.day <= until, ~SETTLED)
    due = []
    waiting: defaultdict[LossState, list[int]] = defaultdict(list)
    for row in session.execute(query.order_by(StockLoss.id)):
        loss = read_facts(row)
        state = assess_loss(loss, on=on)
        if state is LossState.DUE:
            due.append(DueLoss(row.id, row.producer_id, loss.store_rp))
        else:
            waiting[state].append(loss.value_rp)
    kinds = [WaitingLosses(state, len(waiting[state]), sum(waiting[state])) for state in LossState if state in waiting]
    return ClosingLosses(tuple(due), tuple(kinds))


def record_settled(session: Session, losses: Sequence[DueLoss], statements: Sequence[Statement]) -> None:
    """Write which of a closing's *statements* settled each of its *losses*."""
    by_producer = {one.producer_id: one.id for one in statements}
    rows = [
        {"loss_id": one.loss_id, "statement_id": by_producer[one.producer_id], "store_rp": one.store_rp}
        for one in losses
    ]
    insert_rows(session, "statement_loss", rows)


def find_loss_lines(session: Session, statement_ids: Collection[int]) -> Mapping[int, tuple[StatementLossLine, ...]]:
    """Return by statement the losses that it settled, as it prints them; statements without any are left out."""
    lines: defaultdict[int, list[StatementLossLine]] = defaultdict(list)
    for row in session.execute(SETTLED_LINES, {"statements": list(statement_ids)}).mappings():
        lines[row["statement_id"]].append(_make_line(row))
    return {statement_id: tuple(own) for statement_id, own in lines.items()}


def find_due_lines(session: Session, losses: Sequence[DueLoss]) -> tuple[StatementLossLine, ...]:
    """Return *losses* as a statement that took them would print them."""
    facts = {"losses": [one.loss_id for one in losses], "shares": [one.store_rp for one in losses]}
    return tuple(_make_line(row) for row in session.execute(DUE_LINES, facts).mappings())


def _make_line(row: RowMapping) -> StatementLossLine:
    return StatementLossLine(**{name: value for name, value in row.items() if name != "statement_id"})


def find_loss_sums(session: Session, closing_id: int) -> Mapping[int, int]:
    """Return what the stores bear of the losses that a closing settled, worked out anew, by producer."""
    return {row.producer_id: row.losses_rp for row in session.execute(SUMS, {"closing": closing_id})}
