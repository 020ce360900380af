"""What the emulated org's objects look like, and how Salesforce describes them.

The keys of a described object and field are those of a recorded ``describe`` response (API 48.0); fields are
left out of a description when field-level security hides them, exactly as the real one does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
_WITHOUT_LENGTH = frozenset({"boolean", "int", "double", "currency", "percent", "date", "datetime", "address"})
_ID_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Field:
    """*kind* is Salesforce's own type name: string, picklist, currency, reference, ..."""

    name: str
    kind: str = "string"
    label: str = ""
    refers_to: tuple[str, ...] = ()
    relationship: str | None = None
    picklist: tuple[str, ...] = ()
    nillable: bool = True
    calculated: bool = False

    @property
    def is_custom(self) -> bool:
        return self.name.endswith("__c")

    def describe(self) -> dict[str, object]:
        length = 0 if self.kind in _WITHOUT_LENGTH else _ID_LENGTH if self.kind in {"id", "reference"} else 255
        decimal = self.kind in {"double", "currency", "percent"}
        changeable = not self.calculated and (self.is_custom or self.name in {"Name", "OwnerId", "ParentId"})
        return {
            **_FIELD_DEFAULTS,
            "byteLength": length if length == _ID_LENGTH else length * 3,
            "calculated": self.calculated,
            "createable": changeable,
            "custom": self.is_custom,
            "digits": 8 if self.kind == "int" else 0,
            "idLookup": self.kind == "id",
            "label": self.label or self.name.removesuffix("__c").replace("_", " "),
            "length": length,
            "name": self.name,
            "nameField": self.name == "Name",
            "nillable": self.nillable,
            "permissionable": self.is_custom or (self.nillable and self.kind != "id"),
            "picklistValues": [
                {"active": True, "defaultValue": False, "label": value, "validFor": None, "value": value}
                for value in self.picklist
            ],
            "polymorphicForeignKey": len(self.refers_to) > 1,
            "precision": 18 if decimal else 0,
            "referenceTo": list(self.refers_to),
            "relationshipName": self.relationship,
            "scale": 2 if decimal else 0,
            "soapType": _SOAP_TYPES.get(self.kind, "xsd:string"),
            "type": self.kind,
            "updateable": changeable,
        }


@dataclass(frozen=True, slots=True)
class SObject:
    """One object type; *prefix* opens the ids of its records."""

    name: str
    prefix: str
    fields: tuple[Field, ...]
    plural: str = ""

    def describe(self, hidden: frozenset[str], version: str) -> dict[str, object]:
        """The whole ``sobjects/{name}/describe`` answer, less the *hidden* fields."""
        home = f"/services/data/v{version}/sobjects/{self.name}"
        return {
            **self.summary(version),
            "actionOverrides": [],
            "childRelationships": [
                {
                    "cascadeDelete": False,
                    "childSObject": self.name,
                    "deprecatedAndHidden": False,
                    "field": "ParentId",
                    "junctionIdListNames": [],
                    "junctionReferenceTo": [],
                    "relationshipName": f"Child{self.plural or self.name + 's'}",
                    "restrictedDelete": False,
                }
            ],
            "compactLayoutable": True,
            "extendedBy": None,
            "fields": [field.describe() for field in self.fields if field.name not in hidden],
            "implementedBy": None,
            "implementsInterfaces": None,
            "defaultImplementation": None,
            "listviewable": None,
            "lookupLayoutable": None,
            "namedLayoutInfos": [],
            "networkScopeFieldName": None,
            "recordTypeInfos": [
                {
                    "active": True,
                    "available": True,
                    "defaultRecordTypeMapping": True,
                    "developerName": "Master",
                    "master": True,
                    "name": "Master",
                    "recordTypeId": "012000000000000AAA",
                    "urls": {"layout": f"{home}/describe/layouts/012000000000000AAA"},
                }
            ],
            "searchLayoutable": True,
            "supportedScopes": [{"label": f"All {self.name.lower()}s", "name": "everything"}],
        }

    def summary(self, version: str) -> dict[str, object]:
        """The object's entry in the list of all objects."""
        home = f"/services/data/v{version}/sobjects/{self.name}"
        return {
            **_OBJECT_DEFAULTS,
            "custom": self.name.endswith("__c"),
            "keyPrefix": self.prefix,
            "label": self.name,
            "labelPlural": self.plural or f"{self.name}s",
            "name": self.name,
            "urls": {"sobject": home, "describe": f"{home}/describe", "rowTemplate": f"{home}/{{ID}}"},
        }


def standard_objects(*, multi_currency: bool, person_accounts: bool = False) -> tuple[SObject, ...]:
    """The objects of a plain org that cssync has reason to read."""
    currency = (Field("CurrencyIsoCode", "picklist", "Currency"),) if multi_currency else ()
    person = (Field("IsPersonAccount", "boolean", nillable=False),) if person_accounts else ()
    objects = (
        SObject("Account", "001", (*_ACCOUNT, *currency, *person), "Accounts"),
        SObject("Opportunity", "006", (*_OPPORTUNITY, *currency), "Opportunities"),
        SObject("User", "005", (*_USER, *currency), "Users"),
        SObject("Group", "00G", _GROUP, "Groups"),
        SObject("UserRole", "00E", (*_audited(), Field("Name", nillable=False)), "Roles"),
        SObject("Organization", "00D", (*_audited(), *_ORGANIZATION), "Organizations"),
    )
    rates = SObject("CurrencyType", "01L", (*_audited(), *_CURRENCY_TYPE), "Currency Types")
    return (*objects, rates) if multi_currency else objects


def _audited() -> Iterable[Field]:
    yield Field("Id", "id", nillable=False)
    yield Field("CreatedDate", "datetime", "Created Date", nillable=False)
    yield Field("LastModifiedDate", "datetime", "Last Modified Date", nillable=False)
    yield Field("SystemModstamp", "datetime", "System Modstamp", nillable=False)


_ACCOUNT = (
    *_audited(),
    Field("IsDeleted", "boolean", "Deleted", nillable=False),
    Field("Name", "string", "Account Name", nillable=False),
    Field("Type", "picklist", "Account Type", picklist=("Prospect", "Customer - Direct")),
    Field("ParentId", "reference", "Parent Account ID", ("Account",), "Parent"),
    Field("OwnerId", "reference", "Owner ID", ("User",), "Owner", nillable=False),
    Field("Industry", "picklist"),
    Field("AnnualRevenue", "currency", "Annual Revenue"),
    Field("NumberOfEmployees", "int", "Employees"),
    Field("BillingCountry", "string", "Billing Country"),
    Field("BillingAddress", "address", "Billing Address"),
    Field("Website", "url"),
)
_OPPORTUNITY = (
    *_audited(),
    Field("IsDeleted", "boolean", "Deleted", nillable=False),
    Field("AccountId", "reference", "Account ID", ("Account",), "Account"),
    Field("OwnerId", "reference", "Owner ID", ("User",), "Owner", nillable=False),
    Field("Name", "string", "Name", nillable=False),
    Field("Type", "picklist", "Opportunity Type"),
    Field("StageName", "picklist", "Stage", nillable=False),
    Field("IsClosed", "boolean", "Closed", nillable=False),
    Field("IsWon", "boolean", "Won", nillable=False),
    Field("Amount", "currency"),
    Field("Probability", "percent", "Probability (%)"),
    Field("CloseDate", "date", "Close Date", nillable=False),
)
_USER = (
    *_audited(),
    Field("Username", nillable=False),
    Field("Name", "string", "Full Name", nillable=False),
    Field("Email", "email", nillable=False),
    Field("IsActive", "boolean", "Active", nillable=False),
    Field("UserType", "picklist", "User Type", picklist=("Standard", "PowerPartner", "CspLitePortal", "Guest")),
    Field("Department"),
    Field("Title"),
    Field("ManagerId", "reference", "Manager ID", ("User",), "Manager"),
    Field("UserRoleId", "reference", "Role ID", ("UserRole",), "UserRole"),
)
_GROUP = (
    *_audited(),
    Field("Name", nillable=False),
    Field("DeveloperName", label="API Name"),
    Field("Email", "email"),
    Field("Type", "picklist", picklist=("Queue", "Regular", "Role", "Organization"), nillable=False),
)
_ORGANIZATION = (
    Field("Name", nillable=False),
    Field("DefaultCurrencyIsoCode", "picklist", "Currency ISO Code"),
    Field("IsSandbox", "boolean", "Is Sandbox", nillable=False),
    Field("InstanceName"),
)
_CURRENCY_TYPE = (
    Field("IsoCode", "picklist", "Currency ISO Code", nillable=False),
    Field("ConversionRate", "double", "Conversion Rate", nillable=False),
    Field("DecimalPlaces", "int", nillable=False),
    Field("IsActive", "boolean", "Active", nillable=False),
    Field("IsCorporate", "boolean", "Corporate Currency", nillable=False),
)
_OBJECT_DEFAULTS: dict[str, object] = {
    **dict.fromkeys(
        (
            "createable",
            "deletable",
            "feedEnabled",
            "layoutable",
            "mergeable",
            "mruEnabled",
            "queryable",
            "replicateable",
            "retrieveable",
            "searchable",
            "triggerable",
            "undeletable",
            "updateable",
        ),
        True,
    ),
    **dict.fromkeys(
        (
            "activateable",
            "customSetting",
            "deepCloneable",
            "deprecatedAndHidden",
            "hasSubtypes",
            "isInterface",
            "isSubtype",
        ),
        False,
    ),
    "associateEntityType": None,
    "associateParentEntity": None,
    "extendsInterfaces": None,
    "sobjectDescribeOption": "FULL",
}
_FIELD_DEFAULTS: dict[str, object] = {
    **dict.fromkeys(("aggregatable", "filterable", "groupable", "sortable"), True),
    **dict.fromkeys(
        (
            "aiPredictionField",
            "autoNumber",
            "cascadeDelete",
            "caseSensitive",
            "defaultedOnCreate",
            "dependentPicklist",
            "deprecatedAndHidden",
            "displayLocationInDecimal",
            "encrypted",
            "externalId",
            "formulaTreatNullNumberAsZero",
            "highScaleNumber",
            "htmlFormatted",
            "namePointing",
            "queryByDistance",
            "restrictedDelete",
            "restrictedPicklist",
            "searchPrefilterable",
            "unique",
            "writeRequiresMasterRead",
        ),
        False,
    ),
    **dict.fromkeys(
        (
            "calculatedFormula",
            "compoundFieldName",
            "controllerName",
            "defaultValue",
            "defaultValueFormula",
            "extraTypeInfo",
            "filteredLookupInfo",
            "inlineHelpText",
            "mask",
            "maskType",
            "referenceTargetField",
            "relationshipOrder",
        ),
        None,
    ),
}
