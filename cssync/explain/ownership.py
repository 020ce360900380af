"""Says whose book something is in and why: which name the record gives, whom it names, and what was corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cssync.books.owners import NamedBy, keys_of
from cssync.explain.evidence import Evidence, Row
from cssync.explain.trace import Measure, Source, Trace
from cssync.model.book import Book, BookKind
from cssync.model.owner import Owner
from cssync.settings.team import Member

_STATE = {
    BookKind.CSM: "A person at work.",
    BookKind.POOL: "A user that stands for several people: limits of one CSM do not apply.",
    BookKind.QUEUE: "A queue of the CRM: nobody works these customers.",
    BookKind.INACTIVE: "Deactivated in the CRM, which hands nothing over by itself: the customers are still here.",
    BookKind.UNKNOWN_OWNER: "The CRM does not list this owner: gone, or not to be seen by the user that reads it.",
    BookKind.UNASSIGNED: "These records name no CSM.",
}


def whose(evidence: Evidence, book: Book) -> Trace:
    """Who holds *book*: person, team, manager and segment, each with where it comes from."""
    owner = evidence.owners.get(book.id)
    parts = [_named(evidence, book), *(_of_owner(evidence, book, owner) if owner else ()), _segment(evidence, book)]
    return Trace(
        "book",
        "Whose book",
        says=tuple(_state(evidence, book)),
        record=evidence.owner(book.id),
        sources=_pool(evidence, owner) if owner and book.kind is BookKind.POOL else (),
        parts=tuple(parts),
    )


def placed(evidence: Evidence, row: Row) -> Trace:
    """Why an account, a row of ``SNAPSHOT``, is in the book that it is in."""
    field = evidence.fields.account("csm_ref")
    named = field.name if field else "the source"
    ref = row["csm_ref"]
    if ref is None:
        says: tuple[str, ...] = (f"{named} is empty: no CSM is named.",)
    else:
        says = tuple(_why(evidence, f"{named} is {ref}: ", ref))
    return Trace(
        "book", "In whose book", says=says, record=evidence.owner(row["book_id"]), sources=(field,) if field else ()
    )


def excused(evidence: Evidence, book: Book) -> bool:
    """Whether the owner of a book carries none by the settings, and is held to no limit (seed 33)."""
    return not evidence.company.staff.carries_book(book.id)


def _why(evidence: Evidence, said: str, ref: str) -> Iterator[str]:
    reference = evidence.references.get(ref.lower())
    if reference is None:
        yield f"{said}the CRM lists no such owner."
        return
    named = evidence.owners[reference.named]
    by = {NamedBy.ID: "the id", NamedBy.ALIAS: "another id", NamedBy.ADDRESS: "the e-mail address"}[reference.by]
    yield f"{said}{by} of {named.name}."
    if reference.owner != reference.named:
        here = evidence.owners[reference.owner]
        yield (
            f"{named.name} ({named.id}) has left, and shares an e-mail address with {here.name} ({here.id}), who is at "
            "work: one person, one book."
        )
    elif not named.active:
        yield f"{named.name} is deactivated in the CRM, and nobody has taken over yet."


def _state(evidence: Evidence, book: Book) -> Iterator[str]:
    yield _STATE[book.kind]
    if excused(evidence, book):
        person = evidence.company.staff.people[book.id]
        setting, role = f"team.members.{person.known_as}.role", person.role.replace("_", " ")
        origin = evidence.company.origin(setting)
        yield f"{role} by {setting} ({origin}): carries no book, and is held to no limit (seed 33)."


def _named(evidence: Evidence, book: Book) -> Trace:
    """By which names the records of its customers refer to whom."""
    refs = Counter(evidence.company.history.customers(book.id)["csm_ref"])
    field = evidence.fields.account("csm_ref")
    parts = tuple(
        Trace(
            "reference",
            ref or "empty",
            count=number,
            says=tuple(_why(evidence, "", ref)) if ref else (),
        )
        for ref, number in sorted(refs.items(), key=lambda item: (-item[1], item[0] or ""))
    )
    return Trace("references", "Named in", sources=(field,) if field else (), parts=parts)


def _of_owner(evidence: Evidence, book: Book, owner: Owner) -> Iterator[Trace]:
    if owner.email:
        yield Trace("email", "E-mail address", says=(owner.email,), sources=(evidence.fields.owner("email"),))
    key, member = _member(evidence, owner)
    if owner.team:
        corrected = member is not None and member.team is not None
        source = evidence.setting(f"team.members.{key}.team") if corrected else evidence.fields.owner("team")
        yield Trace("team", "Team", says=(owner.team,), sources=(source,))
    if book.manager_id:
        yield Trace("manager", "Manager", record=evidence.owner(book.manager_id))


def _segment(evidence: Evidence, book: Book) -> Trace:
    owner = evidence.owners.get(book.id)
    key, member = _member(evidence, owner) if owner else ("", None)
    if member is not None and member.segment is not None:
        source = evidence.setting(f"team.members.{key}.segment")
        return Trace("segment", "Segment", says=(member.segment,), sources=(source,))
    parts = tuple(
        Trace("share", share.label, share.arr, Measure.MONEY, share.accounts) for share in book.tally.by_segment
    )
    field = evidence.fields.account("segment")
    says = f"{book.segment}: what most of its customers are in" if book.segment else "not known"
    return Trace(
        "segment", "Segment", book.arr, Measure.MONEY, book.accounts, (says,), None, None,
        sources=(field,) if field else (), parts=parts, adds_up=True,
    )  # fmt: skip


def _member(evidence: Evidence, owner: Owner) -> tuple[str, Member | None]:
    keys = keys_of(owner)
    members = evidence.company.settings.team.members
    return next(((name, member) for name, member in members.items() if name.casefold() in keys), ("", None))


def _pool(evidence: Evidence, owner: Owner) -> tuple[Source, ...]:
    named = [name for name in evidence.company.settings.team.pools if name.casefold() in keys_of(owner)]
    return tuple(evidence.setting(f"team.pools.{name}.members") for name in named)
