"""Losses of goods, written with the movements they come from."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign import clock
from consign.partners.queries import get_region_terms

_RECORD = text("""
    INSERT INTO stock_loss (movement_id, note_id, partner_id, store_id, producer_id, product_id, agreement_id, day, reason,
      quantity, price_rp, fee_rate_bp, value_rp, store_bp, contest_until)
    SELECT movement.id, movement.note_id, note.partner_id, movement.store_id, product.producer_id, movement.product_id,
      terms.id, movement.day, COALESCE(line.reason, 'missing'), -movement.quantity, price.price_rp, COALESCE(terms.fee_rate_bp, 0),
      COALESCE(gross.rp - round(gross.rp * COALESCE(terms.fee_rate_bp, 0) / 10000), 0),
      CASE WHEN COALESCE(line.reason, 'missing') IN ('missing', 'damaged') THEN terms.loss_store_bp ELSE 0 END,
      CAST(:until AS date)
    FROM stock_movement AS movement
    JOIN stock_note AS note ON note.id = movement.note_id
    JOIN stock_note_line AS line ON line.note_id = movement.note_id AND line.line_no = movement.line_no
    JOIN product ON product.id = movement.product_id
    LEFT JOIN product_price AS price ON price.product_id = movement.product_id AND price.days @> movement.day
    LEFT JOIN LATERAL (
      SELECT id, fee_rate_bp, loss_store_bp FROM agreement
      WHERE partner_id = note.partner_id AND producer_id = product.producer_id AND days @> movement.day
        AND COALESCE(store_id, movement.store_id) = movement.store_id
        AND COALESCE(product_id, movement.product_id) = movement.product_id
      ORDER BY product_id IS NULL, store_id IS NULL LIMIT 1) AS terms ON true
    CROSS JOIN LATERAL (SELECT round(price.price_rp * -movement.quantity) AS rp) AS gross
    WHERE movement.id = ANY(:movements) AND movement.note_id IS NOT NULL AND movement.kind IN ('counted', 'written_off') ORDER BY movement.id""")
"""What is agreed for a product goes before what is agreed for a store, and both before what is agreed for all."""

_MIRROR = text("""
    INSERT INTO stock_loss (movement_id, note_id, partner_id, store_id, producer_id, product_id, agreement_id, day, reason,
      quantity, price_rp, fee_rate_bp, value_rp, store_bp, contest_until)
    SELECT movement.id, loss.note_id, loss.partner_id, loss.store_id, loss.producer_id, loss.product_id, loss.agreement_id,
      loss.day, loss.reason, -loss.quantity, loss.price_rp, loss.fee_rate_bp, -loss.value_rp,
      COALESCE(decision.store_bp, loss.store_bp), CAST(:until AS date)
    FROM stock_movement AS movement JOIN stock_loss AS loss ON loss.movement_id = movement.reverses_id
    LEFT JOIN stock_loss_decision AS decision ON decision.loss_id = loss.id
    WHERE movement.id = ANY(:movements) AND movement.note_id IS NOT NULL ORDER BY movement.id""")


def record_losses(session: Session, movement_ids: Sequence[int]) -> None:
    """Write the losses among movements: what a count found missing, or more than there should be, and what was written off.

    Each is valued as if it had been sold on its day, with the terms and the price of that day. A store bears what the
    agreement says of goods missing or damaged, and nothing of others.
    """
    _write(session, _RECORD, movement_ids)


def record_mirrored_losses(session: Session, movement_ids: Sequence[int]) -> None:
    """Write for reversals of movements the reversal of their losses: the same terms, the same share, the other sign."""
    _write(session, _MIRROR, movement_ids)


def _write(session: Session, statement: object, movement_ids: Sequence[int]) -> None:
    if movement_ids:
        terms = get_region_terms(session)
        until = clock.today(terms.zone) + timedelta(terms.loss_contest_days)
        session.execute(statement, {"movements": list(movement_ids), "until": until})  # type: ignore[call-overload]
