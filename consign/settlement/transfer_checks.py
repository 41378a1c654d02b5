"""The invariants of all transfers together: each has a cause that is known, and moves money only where its kind may."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach

# What is strange is found as a whole: in order and a hundred at most, it would be looked for row by row.
_KEYS = text(r"""
    WITH part AS (
      SELECT key, regexp_replace(key, '(\:reversal)+$', '') AS stem, split_part(key, ':', 1) AS what,
        split_part(key, ':', 2) AS named, reverses_id FROM transfer),
    known(what, named, form) AS (
      SELECT 'statement', number, '^statement:[^:]+:[a-z_0-9]+$' FROM statement
      UNION ALL SELECT 'allocation', id::text, '^allocation:[0-9]+:(paid|payable)$' FROM allocation
      UNION ALL SELECT 'bank', id::text, '^bank:[0-9]+$' FROM bank_line
      UNION ALL SELECT 'bank_account', id::text, '^bank_account:[0-9]+\:opening(:[0-9]+)?$' FROM bank_account
      UNION ALL SELECT 'match', id::text, '^match:[0-9]+:(charge|own|payout|payout_returned)$' FROM bank_match
      UNION ALL SELECT 'payout', id::text, '^payout:[0-9]+\:sent:[0-9]+:[0-9]+$' FROM payout),
    strange AS MATERIALIZED (
      SELECT part.key FROM part LEFT JOIN known ON (known.what, known.named) = (part.what, part.named)
      LEFT JOIN transfer AS there ON there.id = part.reverses_id
      WHERE part.key <> CASE WHEN part.reverses_id IS NULL THEN part.stem ELSE there.key || '\:reversal' END
        OR part.stem !~ COALESCE(known.form, '^carry_over:[0-9]+\:received:[0-9]+$'))
    SELECT key FROM strange ORDER BY key LIMIT 100""")
# What was carried over is held against its sheets by a check of its own.
_WAYS = text("""
    WITH way(kind, debit, credit) AS (VALUES
      ('sales', 'partner_owes', 'producer_is_owed'), ('fee', 'producer_is_owed', 'partner_owes'),
      ('fee_tax', 'producer_is_owed', 'partner_owes'), ('pph23', 'partner_owes', 'producer_is_owed'),
      ('losses', 'partner_owes', 'producer_is_owed'), ('adjustment', 'partner_owes', 'producer_is_owed'),
      ('opening', 'partner_owes', 'producer_is_owed'), ('opening', 'opening', 'producer_payable'), ('opening', 'bank', 'opening'),
      ('bank_line', 'bank', 'unallocated'), ('payment', 'unallocated', 'partner_owes'),
      ('payable', 'producer_is_owed', 'producer_payable'), ('direct', 'producer_is_owed', 'partner_owes'),
      ('write_off', 'producer_is_owed', 'partner_owes'), ('write_off', 'written_off', 'partner_owes'),
      ('payout', 'producer_payable', 'in_transit'), ('payout_line', 'in_transit', 'unallocated'),
      ('bank_charge', 'bank_charges', 'unallocated'), ('own_transfer', 'unallocated', 'unallocated')),
    turning(kind) AS (VALUES ('sales'), ('fee'), ('fee_tax'), ('pph23'), ('losses'), ('adjustment'), ('opening'), ('bank_line'),
      ('payout_line'), ('bank_charge')),
    allowed AS (SELECT * FROM way UNION SELECT way.kind, credit, debit FROM way JOIN turning USING (kind))
    SELECT one.key, one.kind, debit.kind AS debit, credit.kind AS credit FROM transfer AS one
    JOIN account AS debit ON debit.id = one.debit_account_id JOIN account AS credit ON credit.id = one.credit_account_id
    LEFT JOIN allowed ON (allowed.kind, allowed.debit, allowed.credit) = (one.kind, debit.kind, credit.kind)
    WHERE (one.kind = 'reversal') <> (one.reverses_id IS NOT NULL) OR (one.reverses_id IS NULL AND allowed.kind IS NULL)
      OR (debit.partner_id, debit.producer_id) <> (credit.partner_id, credit.producer_id)
      OR (debit.bank_account_id <> credit.bank_account_id) IS DISTINCT FROM
        CASE WHEN debit.kind = 'unallocated' AND credit.kind = 'unallocated' THEN true
          WHEN debit.bank_account_id + credit.bank_account_id IS NOT NULL THEN false END
    ORDER BY one.id LIMIT 100""")


def check_keys(session: Session) -> Iterator[Breach]:
    """Find transfers whose key belongs to nothing that is known."""
    for row in session.execute(_KEYS):
        yield Breach("settlement.transfer_key", f"transfer {row.key}", "belongs to nothing that is known")


def check_ways(session: Session) -> Iterator[Breach]:
    """Find transfers between accounts that their kind may not touch, or from one pair or bank account to another."""
    for row in session.execute(_WAYS):
        what = f"is {row.kind} and moves from {row.credit} to {row.debit}"
        yield Breach("settlement.transfer_way", f"transfer {row.key}", what)


CHECKS = (check_keys, check_ways)
