"""The HubSpot account that the emulator shows: its records, properties, owners, pipelines and currencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.emulators.hubspot.index import Index
from tests.emulators.hubspot.records import Associations, Properties, State, Stored, as_value
from tests.emulators.hubspot.schema import (
    CALCULATED,
    DEFAULT_STAGES,
    OF_OWNERS,
    STANDARD,
    owner_entry,
    pipeline_entry,
    property_entry,
)
from tests.emulators.hubspot.shelf import Shelf
from tests.emulators.hubspot.ties import Ties

ALL_SCOPES = frozenset(
    {
        "crm.objects.companies.read",
        "crm.schemas.companies.read",
        "crm.objects.deals.read",
        "crm.schemas.deals.read",
        "crm.objects.owners.read",
        "multi-currency-read",
    }
)
_STAMP = "2025-11-03T08:15:30.123Z"


@dataclass
class Portal:
    """*now*: its clock, which stands still unless a test moves it; never backwards once a record was changed.

    *search_lag*: the search index shows records as they were that long ago. *search_leaks*: how many records that do
    not meet a search's filters are found all the same. *search_misorders*: runs of that many results come backwards.
    """

    id: int = 4242424
    currency: str = "USD"
    time_zone: str = "US/Eastern"
    ui_domain: str = "app.hubspot.com"
    user_id: int = 1_000_007
    app_id: int = 2_000_042
    now: Callable[[], datetime] = lambda: datetime(2025, 11, 3, 8, 15, 30, 123_000, tzinfo=UTC)
    search_lag: timedelta = timedelta()
    search_leaks: int = 0
    search_misorders: int = 0
    scopes: set[str] = field(default_factory=lambda: set(ALL_SCOPES))
    # Units of the company currency for one of the key; None: the feature is not there.
    exchange_rates: dict[str, float] | None = field(default_factory=dict)
    owners: list[dict[str, object]] = field(default_factory=list)
    pipelines: list[dict[str, object]] = field(default_factory=list)
    properties: dict[str, dict[str, dict[str, object]]] = field(default_factory=lambda: {"companies": {}, "deals": {}})
    shelves: Mapping[str, Shelf] = field(default_factory=lambda: {"companies": Shelf(), "deals": Shelf()})
    # How many records of each kind lists have told so far.
    told: Counter[str] = field(default_factory=Counter)
    _indexes: dict[str, tuple[tuple[int, int | None], Index]] = field(default_factory=dict)
    _ties: Ties = field(init=False)

    def __post_init__(self) -> None:
        self._ties = Ties(self.shelves["companies"], self.shelves["deals"])
        for kind, known in STANDARD.items():
            for name, (label, type_) in known.items():
                self.add_property(
                    kind, name, label=label, type_=type_, of_owners=name in OF_OWNERS, calculated=name in CALCULATED
                )
        self.add_pipeline("default", "Sales Pipeline", DEFAULT_STAGES)

    @property
    def records(self) -> Mapping[str, dict[int, Stored]]:
        """By kind and id; archived ones too, but none that was purged or merged into another."""
        return {kind: shelf.records for kind, shelf in self.shelves.items()}

    def add_property(
        self,
        kind: str,
        name: str,
        *,
        label: str = "",
        type_: str = "string",
        of_owners: bool = False,
        calculated: bool = False,
    ) -> None:
        """*of_owners*: a HubSpot user property, whose values are owner ids."""
        self.properties[kind][name] = property_entry(name, label, type_, of_owners=of_owners, calculated=calculated)

    def remove_property(self, kind: str, name: str) -> None:
        del self.properties[kind][name]

    def add_pipeline(self, identifier: str, label: str, stages: Sequence[tuple[str, str, str, str]]) -> None:
        """*stages*: id, label, isClosed and probability, as HubSpot writes them."""
        self.pipelines.append(pipeline_entry(identifier, label, stages, len(self.pipelines), _STAMP))

    def add_owner(
        self,
        identifier: str,
        *,
        first: str | None = "",
        last: str | None = "",
        email: str | None = None,
        user_id: int | None = None,
        archived: bool = False,
        kind: str = "PERSON",
        teams: Sequence[tuple[str, bool]] = (),
    ) -> None:
        """*teams*: name and whether it is the primary one. An archived owner has no userId any more."""
        owner = owner_entry(
            identifier,
            first=first,
            last=last,
            email=email,
            user_id=user_id,
            kind=kind,
            archived=archived,
            stamp=_STAMP,
        )
        if teams:
            owner["teams"] = [
                {"id": str(number), "name": name, "primary": primary} for number, (name, primary) in enumerate(teams)
            ]
        self.owners.append(owner)

    def add(
        self,
        kind: str,
        identifier: str | int,
        properties: Mapping[str, object],
        *,
        archived: bool = False,
        companies: Associations = (),
    ) -> None:
        """Store a record; values of any type become the texts that HubSpot would send.

        It was created and last changed now, unless ``createdate`` and ``hs_lastmodifieddate`` say otherwise.
        """
        values = self._texts(kind, properties)
        now, stamp = self.now(), as_value(self.now())
        values["hs_object_id"] = str(identifier)
        values.setdefault("createdate", stamp)
        values.setdefault("hs_lastmodifieddate", stamp)
        since = min(now, _moment(values["hs_lastmodifieddate"]) or now)
        first = State(since, Properties(values), stamp if archived else None, companies=tuple(companies))
        self.shelves[kind].put(str(identifier), self._ties.first(str(identifier), first))

    def edit(self, kind: str, identifier: str | int, **properties: object) -> None:
        """Set values, as a person would: it is in their history, and the record was last changed now.

        ``hs_lastmodifieddate`` itself may be given.
        """
        self._live(kind, identifier)
        self._edit(kind, identifier, self._texts(kind, properties), "CRM_UI")

    def recalculate(self, kind: str, identifier: str | int, **properties: object) -> None:
        """Set values without a trace in ``hs_lastmodifieddate``, as some of HubSpot's own calculations do."""
        state = self._record(kind, identifier).now.edited(self.now(), self._texts(kind, properties), "CALCULATED")
        self.shelves[kind].become(str(identifier), state)

    def archive(self, kind: str, identifier: str | int) -> None:
        """Into the bin: ``archivedAt`` says when, ``hs_lastmodifieddate`` does not; associations are gone."""
        state = replace(self._live(kind, identifier).now, since=self.now(), archived_at=as_value(self.now()))
        self.shelves[kind].become(str(identifier), state)
        self._ties.follow(kind, str(identifier), self.now())

    def restore(self, kind: str, identifier: str | int) -> None:
        """Out of the bin; with its associations, and last changed now."""
        state = replace(self._record(kind, identifier).now, since=self.now(), archived_at=None)
        self.shelves[kind].become(str(identifier), state)
        self._edit(kind, identifier, {}, "RESTORE_OBJECTS")
        self._ties.follow(kind, str(identifier), self.now())

    def purge(self, kind: str, identifier: str | int) -> None:
        """Deleted for good: in no list, and not to be found by its id."""
        self.shelves[kind].purge(str(identifier), self.now())
        self._ties.follow(kind, str(identifier), self.now())

    def merge(
        self, loser: str | int, winner: str | int, *, kind: str = "companies", into: str | int | None = None
    ) -> str:
        """Merge two records; deals of both are deals of the result, whose id is told.

        The winner keeps its id, as until 2025 and as tools that preserve records do it, unless *into* is given: a
        record of that id takes the place of both, which is how HubSpot merges by itself today. Both old ids lead to
        it. What the winner has no value for, it takes from the loser.
        https://developers.hubspot.com/changelog/updated-merge-functionality-for-contacts-and-companies
        """
        result = str(winner if into is None else into)
        lost, won = self._live(kind, loser).properties, self._live(kind, winner).properties
        merged = dict.fromkeys([*_merged(won), *_merged(lost), str(loser), str(winner)])
        merged.pop(result, None)
        values = {name: value for name, value in lost.items() if value and not won.get(name)}
        self.shelves[kind].merge(str(loser), str(winner), result, self.now())
        self._edit(kind, result, {**values, "hs_merged_object_ids": ";".join(merged)}, "MERGE_OBJECTS")
        for old in {str(loser), str(winner)} - {result}:
            self._ties.repoint(kind, old, result, self.now())
        return result

    def associate(self, deal: str | int, company: str | int, *, primary: bool = True) -> None:
        """A deal has one primary company; to change it changes a property of the deal, all else leaves no trace."""
        self._ties.associate(str(deal), str(company), self.now(), primary=primary)

    def dissociate(self, deal: str | int, company: str | int) -> None:
        self._ties.dissociate(str(deal), str(company), self.now())

    def companies_of(self, deal: Stored) -> Associations:
        """Associations with what is there; those of an archived company come back with it."""
        return self._ties.of(deal)

    def listed(self, kind: str, *, archived: bool) -> Sequence[int]:
        """Ids in the order in which lists are told."""
        return self.shelves[kind].order[archived]

    def index(self, kind: str) -> Index:
        """The search index as it is now, which shows the records as they were *search_lag* ago."""
        shelf = self.shelves[kind]
        until = self.now() - self.search_lag if self.search_lag else None
        version = shelf.version(until)
        if kind not in self._indexes or self._indexes[kind][0] != version:
            self._indexes[kind] = (version, Index(shelf.states(until)))
        return self._indexes[kind][1]

    def _texts(self, kind: str, properties: Mapping[str, object]) -> dict[str, str | None]:
        unknown = properties.keys() - self.properties[kind].keys()
        assert not unknown, f"add_property first: {unknown}"
        return {name: as_value(value) for name, value in properties.items()}

    def _record(self, kind: str, identifier: str | int) -> Stored:
        return self.shelves[kind].records[int(identifier)]

    def _live(self, kind: str, identifier: str | int) -> Stored:
        stored = self._record(kind, identifier)
        assert not stored.archived, f"{kind} {identifier} is archived"
        return stored

    def _edit(self, kind: str, identifier: str | int, values: Mapping[str, str | None], source: str) -> None:
        state = self._record(kind, identifier).now.changed(self.now(), values, source)
        self.shelves[kind].become(str(identifier), state)


def _merged(properties: Mapping[str, str | None]) -> list[str]:
    return [each for each in (properties.get("hs_merged_object_ids") or "").split(";") if each]


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
