"""What the org itself says about its objects, and whether every mapped field is there, before a record is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from connectors.salesforce.client import Client
from connectors.salesforce.composite import Question, Together
from connectors.salesforce.refusals import NOT_UNDERSTOOD, NotThereError
from connectors.salesforce.soql import DELETED, MASTER, Selection
from cssync.errors import ConfigError, MappingError, PermissionDeniedError, TransientError

_ONLY_SOME_ORGS = {
    "IsPersonAccount": " (only orgs with person accounts have it)",
    "CurrencyIsoCode": " (only orgs with several currencies have it: set this to null)",
}
_NEEDED_BY_ALL = ("Account", "Opportunity", "User", "Group")
_UNREADABLE = frozenset({"address", "location", "base64", "anyType", "complexvalue"})


@dataclass(frozen=True, slots=True)
class Described:
    """One field. *refers_to* and *relationship* only for lookups. *calculated*: a formula, or a roll-up."""

    name: str
    label: str
    kind: str
    refers_to: tuple[str, ...] = ()
    relationship: str | None = None
    calculated: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A mapped field that cannot be read. *remedy* says which spelling, or which permission."""

    setting: str
    message: str
    remedy: str


class Schema:
    """Asks Salesforce for each object's description once, and for those that every pull needs in one call."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._together = Together(client)
        self._described: dict[str, Question] = {}
        self._fields: dict[str, Mapping[str, Described]] = {}

    def fields(self, sobject: str) -> Mapping[str, Described]:
        """Every field that this user may see, by name. Raises PermissionDeniedError, or ConfigError for the version."""
        if sobject not in self._fields:
            try:
                described = self._description(sobject).answer()
            except NotThereError as absent:
                self._require_version()
                raise PermissionDeniedError(
                    f"Salesforce does not show {sobject} to this user",
                    remedy=f"give the integration user a permission set with read access to {sobject}"
                    " (Setup > Permission Sets > Object Settings)",
                ) from absent
            self._fields[sobject] = {each.name: each for each in _parsed(described, sobject)}
        return self._fields[sobject]

    def selection(self, sobject: str, fields: Mapping[str, Described]) -> Selection:
        """All rows of *sobject*, with the *fields* (path -> field) that ``require`` found."""
        return Selection(
            sobject,
            {path: field.kind for path, field in fields.items()},
            volatile=frozenset(path for path, field in fields.items() if "." in path or field.calculated),
            marks=frozenset({DELETED, MASTER} & self.fields(sobject).keys()),
        )

    def changes_allowed(self, sobject: str) -> tuple[str, ...]:
        """What this user may do to records of *sobject* besides reading them: create, edit, delete."""
        self.fields(sobject)
        described = self._description(sobject).answer()
        verbs = {"createable": "create", "updateable": "edit", "deletable": "delete"}
        return tuple(verb for flag, verb in verbs.items() if described.get(flag) is True)

    def versions(self) -> tuple[str, ...]:
        """API versions that the instance speaks, oldest first."""
        listed = self._client.get("/services/data/")
        if not isinstance(listed, list):
            raise TransientError("Salesforce did not list its API versions", remedy=NOT_UNDERSTOOD)
        return tuple(str(each["version"]) for each in listed if isinstance(each, dict) and "version" in each)

    def resolve(self, sobject: str, path: str, setting: str) -> Described | Fault:
        """The field at the end of *path*, following lookups through the objects that they refer to."""
        *relations, last = path.split(".")
        owner = sobject
        for relation in relations:
            known = self.fields(owner)
            lookup = next((each for each in known.values() if each.relationship == relation), None)
            if lookup is None or not lookup.refers_to:
                lookups = [each.relationship for each in known.values() if each.relationship]
                return _lacking(
                    setting, path, owner, relation, get_close_matches(relation, lookups, n=2), what="lookup"
                )
            owner = "User" if "User" in lookup.refers_to else lookup.refers_to[0]
        known = self.fields(owner)
        found = known.get(last)
        if found is None:
            return _lacking(setting, path, owner, last, _spellings(known.values(), last), what="field")
        if found.kind in _UNREADABLE:
            parts = ", ".join(_spellings(known.values(), last.removesuffix("Address"))) or "one of its parts"
            message = f"{setting}: {owner}.{last} is a compound field ({found.kind}) and has no single value"
            return Fault(setting, message, f"map {parts} instead")
        return found

    def require(self, sobject: str, settings: Mapping[str, str]) -> dict[str, Described]:
        """The field behind every setting in *settings* (setting -> path). Raises MappingError naming all that fail."""
        resolved = {setting: self.resolve(sobject, path, setting) for setting, path in settings.items()}
        faults = [each for each in resolved.values() if isinstance(each, Fault)]
        if faults:
            raise MappingError(
                "; ".join(fault.message for fault in faults), remedy="; ".join(fault.remedy for fault in faults)
            )
        return {setting: each for setting, each in resolved.items() if isinstance(each, Described)}

    def _description(self, sobject: str) -> Question:
        for name in (*_NEEDED_BY_ALL, sobject) if sobject in _NEEDED_BY_ALL else (sobject,):
            if name not in self._described:
                self._described[name] = self._together.get(f"sobjects/{name}/describe/")
        return self._described[sobject]

    def _require_version(self) -> None:
        known = self.versions()
        asked = self._client.api_version
        if known and asked not in known:
            raise ConfigError(
                f"this Salesforce org does not speak API version {asked} (source.api_version)",
                remedy=f'set source.api_version to "{known[-1]}"; the org speaks {known[0]} to {known[-1]}',
            )


def _parsed(described: Any, sobject: str) -> Iterator[Described]:
    try:
        for each in described["fields"]:
            yield Described(
                str(each["name"]),
                str(each["label"]),
                str(each["type"]),
                tuple(each["referenceTo"]),
                each["relationshipName"],
                each.get("calculated") is True,
            )
    except (KeyError, TypeError, AttributeError) as malformed:
        raise TransientError(
            f"Salesforce described {sobject} in a form that is not understood", remedy=NOT_UNDERSTOOD
        ) from malformed


def _lacking(setting: str, path: str, owner: str, name: str, near: Sequence[str], *, what: str) -> Fault:
    meant = f"did you mean {' or '.join(near)}? If not, " if near else ""
    return Fault(
        setting,
        f"{setting} is mapped to {path}, but Salesforce shows this user no {what} {name} on {owner}"
        f"{_ONLY_SOME_ORGS.get(name, '')}",
        f"{meant}correct {setting}, or let the integration user read {owner}.{name} (field-level security: Setup >"
        f" Object Manager > {owner} > Fields & Relationships > {name} > Set Field-Level Security)",
    )


def _spellings(known: Iterable[Described], wanted: str) -> list[str]:
    """Names that may have been meant: those like *wanted*, and those whose label is."""
    fields = list(known)
    by_folded: dict[str, str] = {}
    for each in fields:
        by_folded.setdefault(_folded(each.label), each.name)
        by_folded[_folded(each.name)] = each.name
    matches = get_close_matches(_folded(wanted), list(by_folded), n=2)
    return list(dict.fromkeys(by_folded[match] for match in matches))


def _folded(name: str) -> str:
    return name.removesuffix("__c").replace("_", "").replace(" ", "").casefold()
