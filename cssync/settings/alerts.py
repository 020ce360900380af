"""When leadership hears of an alert, hears of it again, and is left in peace."""

from __future__ import annotations

from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, field_validator

from cssync.settings.base import Ratio, Section
from cssync.settings.region import Region


class Inhibition(Section):
    """Which alerts of the same book speak for this one."""

    by: tuple[str, ...] = Field((), description="rules, any of which is enough")
    from_: Literal["watch", "warning", "critical"] = Field(
        "critical", alias="from", description="how severe the other alert must be"
    )


class AlertPolicy(Section):
    """How many nights make an alert, how few words are said about it, and for how long people may silence it."""

    worsened_by: Ratio = Field(
        Decimal("0.10"),
        description="rise over what was last told that is worth telling: a share of the limit, or if that is 0, of it",
    )
    recovering_nights: PositiveInt = Field(
        2, description="good nights in a row that end an alert: after one bad pull nothing has recovered"
    )
    remind_warning_after_days: PositiveInt | None = Field(
        7, description="days without a word after which a warning is told again; null: never. A watch never is"
    )
    remind_critical_after_working_days: PositiveInt | None = Field(
        3,
        description="the same for a critical one, in working days; from the second time on it is escalated",
    )
    holidays: Region | None = Field(
        None, description="whose public holidays are no working days, beside weekends: DE, DE-BY, US, US-CA"
    )
    flapping_openings: Annotated[int, Field(ge=2)] = Field(
        3, description="an alert that opens so often within flapping_days comes and goes: told once, then silent"
    )
    flapping_days: PositiveInt = Field(14, description="the days within which these openings count")
    settled_nights: PositiveInt = Field(
        5, description="nights in a row with the same answer after which an alert that came and went is told as usual"
    )
    inhibit: dict[str, Inhibition] = Field(
        default_factory=lambda: {
            "trending_to_ceiling": Inhibition(by=("accounts_over_limit",), from_="critical"),
        },
        description=(
            "alerts that are not told while another one of the same book is as severe as said; below that, the date to "
            "hire by (seed 4) stands beside the account limit"
        ),
    )
    snooze_at_most_days: PositiveInt = Field(365, description="how far ahead an alert may be snoozed")
    except_at_most_days: PositiveInt = Field(
        730, description="how far ahead an exception may reach (seed 7: it has an expiry, and is then looked at again)"
    )
    review_exceptions_days: PositiveInt = Field(
        14,
        description="seed 7: days before an exception ends, on which its owner is asked to renew it or let it go",
    )
    idle_exceptions_days: PositiveInt | None = Field(
        60, description="days within its limit after which an exception is offered for removal; null: never"
    )

    @field_validator("inhibit")
    @classmethod
    def _someone_speaks(cls, inhibit: dict[str, Inhibition]) -> dict[str, Inhibition]:
        """Alerts that silence each other would both be lost."""
        try:
            TopologicalSorter({rule: inhibition.by for rule, inhibition in inhibit.items()}).prepare()
        except CycleError as error:
            circle = " by ".join(dict.fromkeys(error.args[1]))
            raise ValueError(f"a circle: {circle} would silence each other and be told by nobody") from error
        return inhibit
