"""Which rules speak, and from when on: a section for each, by the id of the rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, PositiveInt, model_validator

from cssync.settings.base import PositiveDecimal, Ratio, Section

PendingNights = Annotated[
    PositiveInt, Field(description="nights in a row that it must be found before it is told; a count needs one alone")
]


class ArrRule(Section):
    enabled: bool = Field(default=True, description="seed 1: ARR of a book over limits.arr")
    critical_at: PositiveDecimal = Field(Decimal("1.5"), description="times the limit from which it is critical")
    clear_at: Ratio = Field(
        Decimal("0.95"), description="share of the limit at which an open alert ends, so that it does not come and go"
    )
    soften: bool = Field(
        default=True,
        description="seed 13: one step less severe where the hours are known to be there and accounts within limits",
    )
    pending_nights: PendingNights = 1


class AccountsRule(Section):
    enabled: bool = Field(default=True, description="seeds 2 and 3: accounts of a book over limits.accounts")
    clear_at: Ratio = Field(
        Decimal("0.95"),
        description="share of the limit at which an open alert ends, in whole accounts: 50 ends at 47 or fewer",
    )
    pending_nights: PendingNights = 1


class TrendRule(Section):
    enabled: bool = Field(
        default=True, description="seed 4: heading for limits.trend_accounts by the end of next quarter"
    )
    fire_at: Ratio = Field(Decimal("0.5"), description="probability of reaching limits.trend_accounts")
    clear_under: Ratio = Field(Decimal("0.35"), description="a firing trend ends below this probability")
    watch_from: Ratio = Field(
        Decimal("0.3"), description="probability from which on the story of a book calls its trend worth watching"
    )
    pending_nights: PositiveInt = Field(
        2, description="nights in a row that it must be found before it is told; a forecast wavers from night to night"
    )

    @model_validator(mode="after")
    def _ends_below_where_it_fires(self) -> Self:
        if self.clear_under > self.fire_at:
            raise ValueError("clear_under must not be above fire_at, or the trend would end while it fires")
        return self


class LoadRule(Section):
    enabled: bool = Field(default=True, description="load of a book from capacity.amber_at of its CSM's hours on")
    clear_at: Ratio = Field(
        Decimal("0.95"), description="share of these hours under which an open alert ends: 110% ends under 104.5%"
    )
    pending_nights: PendingNights = 1


class UnownedRule(Section):
    enabled: bool = Field(default=True, description="seed 31: customers whose owner is missing, inactive or a queue")
    critical_at_arr: PositiveDecimal = Field(
        Decimal(1_000_000), description="ARR without a working CSM that makes it critical"
    )
    pending_nights: PendingNights = 1


class NewCustomerRule(Section):
    enabled: bool = Field(default=True, description="seed 31: new customers expect support from day one")
    within_days: PositiveInt = Field(90, description="how long a customer counts as new (seed 31: ramp 2-3 months)")
    pending_nights: PendingNights = 1


class ChurnRule(Section):
    enabled: bool = Field(
        default=True, description="seeds 8 and 24: churn of the last quarter against the year before, in healthy books"
    )
    chance: Ratio = Field(
        Decimal("0.01"),
        description="how likely chance alone may be to do it: once in a hundred quarters; no row of the seeds",
    )
    clear_over: Ratio = Field(Decimal("0.05"), description="a firing one ends above this chance")
    worse_by: PositiveDecimal = Field(
        Decimal("1.25"), description="times the pace of the year before; in a large company less is certain, and little"
    )
    at_least: PositiveInt = Field(5, description="customers that must have left in the quarter")
    pending_nights: PositiveInt = Field(
        2, description="nights in a row that it must be found before it is told; one bad pull is no churn"
    )

    @model_validator(mode="after")
    def _ends_above_where_it_fires(self) -> Self:
        if self.clear_over < self.chance:
            raise ValueError("clear_over must not be under chance, or it would end while it fires")
        return self


class HireByRule(Section):
    enabled: bool = Field(default=True, description="seeds 20 and 31: a segment whose next requisition is due")
    within_days: Annotated[int, Field(ge=0)] = Field(
        30, description="how long before a requisition has to be open it is told"
    )
    clear_after_days: Annotated[int, Field(ge=0)] = Field(
        45, description="an open alert ends when no requisition is due within so many days"
    )
    pending_nights: PositiveInt = Field(
        2, description="nights in a row that it must be found before it is told; a forecast wavers from night to night"
    )

    @model_validator(mode="after")
    def _ends_beyond_where_it_fires(self) -> Self:
        if self.clear_after_days < self.within_days:
            raise ValueError("clear_after_days must not be below within_days, or the alert would end while it fires")
        return self


class CostRule(Section):
    enabled: bool = Field(default=True, description="seed 12: a book brings in more than its CSM costs")
    pending_nights: PendingNights = 1


class GrowthBookRule(Section):
    enabled: bool = Field(
        default=True, description="seed 14: a growth book takes no further customers, see portfolio.growth_book_from"
    )
    pending_nights: PendingNights = 1


class DualOwnershipRule(Section):
    enabled: bool = Field(
        default=True, description="seed 36: one owner an account; speaks where source.accounts.second_csm is mapped"
    )
    pending_nights: PendingNights = 1


class Rules(Section):
    """Which rules speak, and from when on."""

    hire_by: HireByRule = Field(HireByRule(), description="a segment needs another CSM, and it is time to hire")

    arr_over_limit: ArrRule = Field(ArrRule(), description="a book holds more ARR than one CSM can look after")
    accounts_over_limit: AccountsRule = Field(AccountsRule(), description="a book holds more accounts than it can")
    trending_to_ceiling: TrendRule = Field(TrendRule(), description="a book is on its way to too many accounts")
    load_over_capacity: LoadRule = Field(LoadRule(), description="customers take more hours than their CSM has")
    without_working_csm: UnownedRule = Field(UnownedRule(), description="customers that nobody looks after")
    new_customer_unassigned: NewCustomerRule = Field(NewCustomerRule(), description="new customers without a CSM")
    churn_in_healthy_books: ChurnRule = Field(ChurnRule(), description="churn rises where the model sees no reason")
    book_cost_not_covered: CostRule = Field(CostRule(), description="a book brings in less than it costs")
    growth_book_closed: GrowthBookRule = Field(GrowthBookRule(), description="a growth book was given more customers")
    dual_ownership: DualOwnershipRule = Field(DualOwnershipRule(), description="two fields name two owners")
