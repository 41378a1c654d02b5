"""Goods that leave shelves, on the command line: returns, pull-backs, transfers and write-offs."""

from datetime import datetime

import click

from consign.cli.context import DAY, Context
from consign.cli.deliveries import cancel, confirm, list_, paper, reverse, show
from consign.cli.goods_options import (
    LINES,
    choose_day,
    day_option,
    find_place,
    producer_option,
    read_lines,
    reason_option,
    store_options,
    writing_options,
)
from consign.cli.goods_output import tell_note
from consign.partners.queries import get_producer, get_store
from consign.stock.notes import get_note
from consign.stock.returning import ask_pull_back, send_return
from consign.stock.rules import RETURN_REASONS, WRITE_OFF_REASONS
from consign.stock.transferring import send_transfer
from consign.stock.writing_off import write_off
from consign.web.language import Language


@click.group()
def goods() -> None:
    """Give goods back, ask for them back, move them between stores, write them off."""


@goods.command("return")
@LINES
@producer_option
@store_options
@reason_option(RETURN_REASONS)
@click.option("--answers", metavar="NUMBER", help="The pull-back that this answers.")
@day_option
@writing_options
def return_(
    context: Context,
    *,
    lines: tuple[str, ...],
    producer_code: str,
    partner_code: str,
    store_code: str,
    reason: str,
    answers: str | None,
    day: datetime | None,
    remark: str,
    language: Language,
    login: str,
    as_json: bool,
) -> None:
    """Take goods off a store's shelf and give them back to their producer."""
    with context.acting(login) as (session, by):
        store = find_place(session, partner_code, store_code)
        note = send_return(
            session,
            by=by,
            store_id=store.id,
            producer_id=get_producer(session, producer_code).id,
            day=choose_day(day, store),
            lines=read_lines(session, lines, partner_id=store.partner_id, reason=reason),
            remark=remark,
            answers_id=get_note(session, answers, by=by).id if answers else None,
        )
        tell_note(session, note, by=by, as_json=as_json, language=language)


@goods.command("pull-back")
@LINES
@producer_option
@store_options
@reason_option(RETURN_REASONS)
@click.option("--until", "until", type=DAY, required=True, help="Day by which they are to be off the shelf.")
@writing_options
def pull_back(
    context: Context,
    *,
    lines: tuple[str, ...],
    producer_code: str,
    partner_code: str,
    store_code: str,
    reason: str,
    until: datetime,
    remark: str,
    language: Language,
    login: str,
    as_json: bool,
) -> None:
    """Ask a store to take goods off its shelf; nothing moves until it answers with a return."""
    with context.acting(login) as (session, by):
        store = find_place(session, partner_code, store_code)
        note = ask_pull_back(
            session,
            by=by,
            producer_id=get_producer(session, producer_code).id,
            store_id=store.id,
            day=until.date(),
            lines=read_lines(session, lines, partner_id=store.partner_id, reason=reason),
            remark=remark,
        )
        tell_note(session, note, by=by, as_json=as_json, language=language)


@goods.command("transfer")
@LINES
@store_options
@click.option("--to", "to_code", metavar="CODE", required=True, help="The partner's store that gets them.")
@day_option
@writing_options
def transfer(
    context: Context,
    *,
    lines: tuple[str, ...],
    partner_code: str,
    store_code: str,
    to_code: str,
    day: datetime | None,
    remark: str,
    language: Language,
    login: str,
    as_json: bool,
) -> None:
    """Bring goods from one store of a partner to another, which confirms them."""
    with context.acting(login) as (session, by):
        store = find_place(session, partner_code, store_code)
        note = send_transfer(
            session,
            by=by,
            store_id=store.id,
            to_store_id=get_store(session, partner_id=store.partner_id, code=to_code).id,
            day=choose_day(day, store),
            lines=read_lines(session, lines, partner_id=store.partner_id),
            remark=remark,
        )
        tell_note(session, note, by=by, as_json=as_json, language=language)


@goods.command("write-off")
@LINES
@store_options
@reason_option(WRITE_OFF_REASONS)
@day_option
@writing_options
def write_off_(
    context: Context,
    *,
    lines: tuple[str, ...],
    partner_code: str,
    store_code: str,
    reason: str,
    day: datetime | None,
    remark: str,
    language: Language,
    login: str,
    as_json: bool,
) -> None:
    """Take goods out of a store's books that nobody can sell any more."""
    with context.acting(login) as (session, by):
        store = find_place(session, partner_code, store_code)
        note = write_off(
            session,
            by=by,
            store_id=store.id,
            day=choose_day(day, store),
            lines=read_lines(session, lines, partner_id=store.partner_id, reason=reason),
            remark=remark,
        )
        tell_note(session, note, by=by, as_json=as_json, language=language)


for _command in (confirm, cancel, reverse, show, list_, paper):
    goods.add_command(_command)
