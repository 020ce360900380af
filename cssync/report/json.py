"""What programs may read: documented in docs/json.md, and stable. Money is text, so that no digit is lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from cssync.alerts.known import Known, Told
from cssync.capacity.company import Company
from cssync.capacity.workload import BookLoad
from cssync.model.alert import Alert, Transition
from cssync.model.book import Book, Change, Group, Movement, Share, Tally
from cssync.model.decision import Decision
from cssync.model.digest import Digest
from cssync.model.finding import Finding
from cssync.model.history import ARR, CSM, CUSTOMERS, LIFECYCLE
from cssync.model.story import flattened

Json = dict[str, Any]


def transition_as_json(transition: Transition) -> Json:
    return {
        "alert": transition.fingerprint,
        "incident": transition.incident,
        "rule": transition.alert.rule,
        "subject": transition.alert.subject_id,
        "on": str(transition.on),
        "cause": str(transition.cause),
        "why": transition.why,
        "before": _text(transition.before),
        "after": _text(transition.after),
        "announced": transition.announce,
    }


def books_as_json(company: Company, shown: Iterable[Book] | None = None) -> Json:
    """*shown* of the books, all where it is None; totals and groups are always of the whole company."""
    books, load = company.books, company.workload.of
    return {
        "as_of": str(books.as_of),
        "currency": books.currency,
        "history_since": _text(books.history_since),
        "known_since": {
            fact: _text(books.known_since.get(fact, books.history_since)) for fact in (CSM, CUSTOMERS, ARR, LIFECYCLE)
        },
        "books": [_book(book, load(book)) for book in (books.books if shown is None else shown)],
        "teams": [_group(group) for group in books.teams],
        "segments": [_group(group) for group in books.segments],
        "managers": [_group(group) for group in books.managers],
        "totals": _tally(books.totals),
    }


def finding_as_json(finding: Finding) -> Json:
    limit = finding.limit
    return {
        "rule": finding.rule,
        "subject": {"id": finding.subject.id, "name": finding.subject.name, "email": finding.subject.email},
        "severity": str(finding.severity),
        "unit": str(finding.unit),
        "value": _number(finding.value),
        "limit": {
            "value": _number(limit.value),
            "setting": limit.setting,
            "origin": limit.origin,
            "seed": limit.seed,
        },
        "since": _text(finding.since),
        "headline": finding.headline,
        "reason": finding.reason,
        "action": finding.action,
        "act_by": _text(finding.act_by),
        "drivers": [
            {"id": d.account_id, "name": d.name, "arr": None if d.arr is None else _money(d.arr), "why": d.why}
            for d in finding.drivers
        ],
        "evidence": list(flattened(finding.story)),
    }


def known_as_json(known: Known) -> Json:
    holds = known.standing
    decided = {"acknowledged": holds.ack, "snoozed": holds.snooze, "exception": holds.exception}
    return {
        **alert_as_json(known.alert),
        "decided": {name: _decision(decision) for name, decision in decided.items() if decision},
    }


def exception_as_json(known: Known, today: date) -> Json:
    """An exception in force, with what stands under it."""
    alert, exception = known.alert, known.standing.exception
    until = exception.until if exception else None
    return {
        "alert": alert.fingerprint,
        "rule": alert.rule,
        "subject": {"id": alert.subject_id, "name": alert.subject_name},
        "state": str(alert.state),
        "days_left": (until - today).days if until else None,
        **(_decision(exception) if exception else {}),
    }


def told_as_json(told: Told) -> Json:
    return {
        **alert_as_json(told.alert),
        "story": [
            {
                "on": str(each.on),
                "incident": each.incident,
                "what": each.what,
                "why": each.why,
                "who": each.who or None,
                "told": each.told,
            }
            for each in told.lines
        ],
    }


def _decision(decision: Decision) -> Json:
    return {
        "by": decision.by,
        "at": decision.at.isoformat(),
        "reason": decision.reason,
        "until": _text(decision.until),
        "owner": decision.owner or None,
    }


def alert_as_json(alert: Alert) -> Json:
    return {
        "alert": alert.fingerprint,
        "incident": alert.incident,
        "rule": alert.rule,
        "subject": {"id": alert.subject_id, "name": alert.subject_name},
        "state": str(alert.state),
        "severity": str(alert.severity),
        "value": _number(alert.value),
        "limit": _number(alert.limit_value),
        "opened_on": str(alert.opened_on),
        "changed_on": str(alert.changed_on),
        "resolved_on": _text(alert.resolved_on),
        "finding": finding_as_json(alert.finding) if alert.finding else None,
    }


def digest_as_json(digest: Digest) -> Json:
    return {
        "title": digest.title,
        "summary": digest.summary,
        "context": list(digest.context),
        "entries": [
            {
                "kind": str(entry.kind),
                "change": entry.change,
                "who": entry.who,
                "facts": entry.facts,
                "action": entry.action,
                "details": list(flattened(entry.story)),
            }
            for entry in digest.entries
        ],
        "notes": list(digest.notes),
        "footer": list(digest.footer),
    }


def _book(book: Book, load: BookLoad) -> Json:
    return {
        "csm": {
            "id": book.id,
            "name": book.name,
            "email": book.email,
            "active": book.active,
            "kind": str(book.kind),
        },
        "team": book.team,
        "manager": book.manager,
        "segment": book.segment,
        "load": {
            "hours": _number(load.hours),
            "known": _number(load.known),
            "capacity": _text(load.capacity.hours),
            "utilisation": _text(load.utilisation),
            "why": load.capacity.words,
        },
        **_tally(book.tally),
    }


def _group(group: Group) -> Json:
    return {"name": group.label, **_tally(group.tally)}


def _tally(tally: Tally) -> Json:
    return {
        "accounts": tally.accounts,
        "arr": _money(tally.arr),
        "arr_unknown": tally.arr_unknown,
        "by_segment": [_share(share) for share in tally.by_segment],
        "by_lifecycle": [_share(share) for share in tally.by_lifecycle],
        "by_deal_size": [_share(share) for share in tally.by_deal_size],
        "by_product": [_share(share) for share in tally.by_product],
        "changes": [_change(change) for change in tally.changes],
    }


def _share(share: Share) -> Json:
    return {"label": share.label, "accounts": share.accounts, "arr": _money(share.arr)}


def _change(change: Change) -> Json:
    moved = _movement if change.arr_known else _accounts_moved
    return {
        "days": change.days,
        "since": str(change.since),
        "before": moved(change.before),
        "won": moved(change.won),
        "churned": moved(change.churned),
        "reassigned_in": moved(change.reassigned_in),
        "reassigned_out": moved(change.reassigned_out),
        "arr_changed": moved(change.arr_changed),
    }


def _movement(movement: Movement) -> Json:
    return {"accounts": movement.accounts, "arr": _money(movement.arr)}


def _accounts_moved(movement: Movement) -> Json:
    """Where nobody recorded the ARR of then."""
    return {"accounts": movement.accounts, "arr": None}


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _number(value: Decimal) -> str:
    return f"{value:f}"


def _text(value: object) -> str | None:
    return None if value is None else str(value)
