"""Traces where a book is heading to the deals, the wins not yet seen and the likely losses that come to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from cssync.capacity.forecast import Components, Forecast, LikelyLoss, OpenDeal
from cssync.capacity.outlook import Quantity
from cssync.explain.deals import about, expected
from cssync.explain.evidence import Evidence
from cssync.explain.trace import Measure, Trace
from cssync.model.book import Book, BookKind
from cssync.model.wording import count, day, exact_money, money

_SMALLEST = Decimal("0.001")
_LOW, _HIGH = 0.1, 0.9


def heading(evidence: Evidence, book: Book) -> Trace | None:
    """The forecast of *book* for the end of next quarter, in accounts; None where it is no CSM's."""
    company = evidence.company
    if book.kind is not BookKind.CSM:
        return None
    horizon = company.calendar.next_quarter_end(company.as_of)
    limit = int(company.limits.limit(book, "trend_accounts").value)
    forecast = company.forecaster.forecast(book, horizon, limit)
    parts = tuple(_components(evidence, book, forecast))
    value = sum((part.value for part in parts if part.value is not None), Decimal(0))
    return Trace(
        "forecast",
        f"Customers expected by {day(horizon)}",
        value=value,
        measure=Measure.NUMBER,
        says=(*_words(forecast), *_worth(evidence, book, forecast)),
        sources=(evidence.setting("fiscal_year_starts_in"),),
        parts=parts,
        adds_up=True,
    )


def _words(forecast: Forecast) -> Iterator[str]:
    yield f"{forecast.words}."
    if forecast.crosses_on is not None and forecast.today < forecast.limit:
        yield f"As likely as not it is at {forecast.limit} from {day(forecast.crosses_on)} on."
    yield f"It rests on {forecast.basis}."
    yield f"History is real from {day(forecast.known_since)} on. Each line is what is expected of it, so a fraction."


def _worth(evidence: Evidence, book: Book, forecast: Forecast) -> Iterator[str]:
    """Yield the ARR and the hours of then."""
    company = evidence.company
    then = company.forecaster.outlook_of(book, (forecast.horizon - company.as_of).days + 1)[-1]
    arr, low, high = (money(Decimal(repr(amount)), company.currency) for amount in _spread(then.arr))
    yield f"ARR of then: {arr} ({low} to {high})."
    hours, least, most = (f"{amount:,.0f}" for amount in _spread(then.hours))
    yield f"Hours a month of then: {hours} ({least} to {most})."


def _spread(quantity: Quantity) -> tuple[float, float, float]:
    return quantity.mean, quantity.quantile(_LOW), quantity.quantile(_HIGH)


def _components(evidence: Evidence, book: Book, forecast: Forecast) -> Iterator[Trace]:
    components = forecast.components
    yield Trace("today", "customers today", Decimal(forecast.today), Measure.NUMBER)
    new = [_deal(evidence, each) for each in components.deals if each.adds_account]
    yield _summed("deals", "open deals that bring customers", new, _expected(forecast.wins),
                  "deals of less than half a percent each")  # fmt: skip
    unseen = components.unseen
    yield Trace(
        "unseen", "wins that have no deal yet", _expected(unseen.expected), Measure.NUMBER, says=(unseen.basis,)
    )
    yield _losses(evidence, book, forecast, components)
    if more := [_upsell(evidence, each) for each in components.deals if not each.adds_account]:
        yield Trace("upsells", "open deals that bring ARR alone", parts=tuple(more))


def _deal(evidence: Evidence, each: OpenDeal) -> Trace:
    return expected(evidence, each.opportunity_id, each.name, _expected(each.probability), tuple(_why(evidence, each)))


def _upsell(evidence: Evidence, each: OpenDeal) -> Trace:
    why = (f"{each.probability:.0%} likely", *_why(evidence, each))
    return expected(evidence, each.opportunity_id, each.name, None, why)


def _why(evidence: Evidence, each: OpenDeal) -> Iterator[str]:
    """Yield what the deal is worth, how much of it is this book's, and what its probability rests on."""
    yield "amount unknown" if each.amount is None else exact_money(each.amount, evidence.company.currency)
    if each.share < 1:
        yield f"{each.share:.0%} of it, as it names no CSM"
    yield each.basis
    yield from about(evidence, each.opportunity_id)


def _losses(evidence: Evidence, book: Book, forecast: Forecast, components: Components) -> Trace:
    names = dict(evidence.company.history.customers(book.id).select("account_id", "name").iter_rows())
    lost = [_loss(evidence, loss, names.get(loss.account_id)) for loss in components.losses]
    rest = "customers of less than half a percent each, and accounts that go with another of their group"
    return _summed(
        "losses", f"likely losses among {count(len(lost), 'customer')}", lost, -_expected(forecast.losses), rest
    )


def _loss(evidence: Evidence, loss: LikelyLoss, name: str | None) -> Trace:
    record = evidence.account({"account_id": loss.account_id, "name": name})
    worth = "ARR unknown" if loss.arr is None else exact_money(loss.arr, evidence.company.currency)
    return Trace(
        "loss", record.name, -_expected(loss.probability), Measure.NUMBER, says=(worth, loss.basis), record=record
    )


def _summed(key: str, title: str, parts: Iterable[Trace], total: Decimal, rest: str) -> Trace:
    """*parts* and what is left of *total*, so that they come to it."""
    listed = tuple(parts)
    left = total - sum((part.value for part in listed if part.value is not None), Decimal(0))
    others = (Trace("rest", rest, left, Measure.NUMBER),) if left else ()
    return Trace(key, title, total, Measure.NUMBER, parts=(*listed, *others), adds_up=True)


def _expected(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(_SMALLEST)
