"""Layouts that a person confirmed, kept as the partner's profiles."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import NotAllowed
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, Role, authorize
from consign.models.sales import SalesProfile, SalesUpload
from consign.sales.layout import Layout, compute_signature
from consign.sales.mapping import Changed
from consign.sales.own_layout import find_own_layout
from consign.sales.queries import find_profile
from consign.sales.study import Study
from consign.sentence import say
from consign.tabular.headers import normalize


def add_profile(
    session: Session, *, by: Actor, partner_id: int, name: str, layout: Layout, headers: Sequence[str]
) -> SalesProfile:
    """Let files of the partner with these *headers* be read by *layout* from now on."""
    signature = compute_signature(headers)
    authorize(by, Act.POST_SALES, partner_id=partner_id, store_id=by.store_id)
    standing = find_profile(session, partner_id=partner_id, signature=signature)
    profile = SalesProfile(
        partner_id=partner_id,
        name=name,
        signature=signature,
        version=(standing.version if standing else 0) + 1,
        headers=list(headers),
        layout=layout.to_json(),
        confirmed_by=by.user_id,
        confirmed_at=clock.now(),
    )
    session.add(profile)
    session.flush()
    record_event(session, by=by, act="layout confirmed", subject=f"profile:{profile.id}", version=profile.version)
    return profile


def keep_profile(session: Session, *, by: Actor, upload: SalesUpload, study: Study) -> int | None:
    """Return the profile the file is read by; a new or changed layout, confirmed by the uploader, becomes one.

    Blank for a file of our own, which is known without one.
    """
    if study.layout == find_own_layout(study.table.headers):
        return None
    signature = compute_signature(study.table.headers)
    standing = find_profile(session, partner_id=upload.partner_id, signature=signature)
    if standing is not None and standing.layout == study.layout.to_json():
        return standing.id
    refuse_for_others(by, standing=standing, layout=study.layout)
    profile = add_profile(
        session, by=by, partner_id=upload.partner_id, name=upload.name, layout=study.layout, headers=study.table.headers
    )
    return profile.id


MOST_ALIKE = 0.5
"""Headers that share fewer of their columns are of another layout."""


def find_changed(session: Session, *, partner_id: int, headers: Sequence[str]) -> Changed | None:
    """Return the partner's layout whose header shares most columns with *headers*; blank where none is much like it."""
    words = {normalize(header): header for header in headers if header.strip()}
    newest = (
        select(SalesProfile)
        .where(SalesProfile.partner_id == partner_id, SalesProfile.headers.is_not(None))
        .ext(distinct_on(SalesProfile.signature))
        .order_by(SalesProfile.signature, SalesProfile.version.desc())
    )
    best: Changed | None = None
    most = MOST_ALIKE
    for profile in sorted(session.scalars(newest), key=lambda one: -one.id):
        known = {normalize(header): header for header in profile.headers or () if header.strip()}
        alike = len(known.keys() & words.keys()) / max(len(known.keys() | words.keys()), 1)
        if alike > most or (best is None and alike == most):
            most = alike
            gone = tuple(known[word] for word in known if word not in words)
            new = tuple(words[word] for word in words if word not in known)
            best = Changed(Layout.from_json(profile.layout), gone, new)
    return best


def refuse_for_others(by: Actor, *, standing: SalesProfile | None, layout: Layout) -> None:
    """Refuse that a store manager changes how the partner's other stores are read.

    A layout of a header that nobody confirmed yet may be a store's own; what an amount counts is never a store's to say.
    How numbers and days are written may still be open in a profile, because its first file showed it: whoever hands in
    the first file that does not, a store manager too, says it for this header.

    Raises:
        NotAllowed: *layout* says other things than the *standing* profile, or counts in thousands.

    """
    if standing is not None and _complete(Layout.from_json(standing.layout), layout).to_json() == layout.to_json():
        return
    if by.role is Role.STORE_MANAGER and (standing is not None or layout.scale != 1):
        raise NotAllowed(
            say(
                "{login} may not change how the partner's other stores are read; nothing was posted."
                " The partner's head office or the dinas can.",
                login=by.login,
            )
        )


def _complete(known: Layout, said: Layout) -> Layout:
    """Return the *known* layout with what it leaves open as it is *said*."""
    return replace(
        known,
        number_style=known.number_style or said.number_style,
        date_order=known.date_order or said.date_order,
    )
