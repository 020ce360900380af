"""What the emulated org's objects look like, and how Salesforce describes them.

The keys of a described object and field are those of a recorded ``describe`` response (API 48.0); fields are
left out of a description when field-level security hides them, exactly as the real one does.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.emulators.salesforce.permissions import Access

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
    "anyType": "xsd:anyType",
}
_WITHOUT_LENGTH = frozenset({"boolean", "int", "double", "currency", "percent", "date", "datetime", "address"})
_ID_LENGTH = 18
_WRITTEN_BY_PEOPLE = frozenset(
    {"Name", "OwnerId", "ParentId", "AccountId", "Type", "StageName", "Amount", "CloseDate", "Industry", "Website"}
)


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
    filterable: bool = True

    @property
    def is_custom(self) -> bool:
        return self.name.endswith("__c")

    def describe(self, access: Access) -> dict[str, object]:
        length = 0 if self.kind in _WITHOUT_LENGTH else _ID_LENGTH if self.kind in {"id", "reference"} else 255
        decimal = self.kind in {"double", "currency", "percent"}
        changeable = not self.calculated and (self.is_custom or self.name in _WRITTEN_BY_PEOPLE)
        return {
            **_FIELD_DEFAULTS,
            "byteLength": length if length == _ID_LENGTH else length * 3,
            "calculated": self.calculated,
            "calculatedFormula": f"TEXT({self.name})" if self.calculated else None,
            "createable": changeable and access.create,
            "custom": self.is_custom,
            "digits": 8 if self.kind == "int" else 0,
            "filterable": self.filterable,
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
            "updateable": changeable and access.edit,
        }


@dataclass(frozen=True, slots=True)
class SObject:
    """One object type; *prefix* opens the ids of its records."""

    name: str
    prefix: str
    fields: tuple[Field, ...]
    plural: str = ""

    def describe(self, access: Access, version: str) -> dict[str, object]:
        """The whole ``sobjects/{name}/describe`` answer."""
        home = f"/services/data/v{version}/sobjects/{self.name}"
        return {
            **self.summary(access, version),
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
            "fields": [field.describe(access) for field in self.fields],
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

    def summary(self, access: Access, version: str) -> dict[str, object]:
        """The object's entry in the list of all objects."""
        home = f"/services/data/v{version}/sobjects/{self.name}"
        return {
            **_OBJECT_DEFAULTS,
            "createable": access.create,
            "custom": self.name.endswith("__c"),
            "deletable": access.delete,
            "keyPrefix": self.prefix,
            "label": self.name,
            "labelPlural": self.plural or f"{self.name}s",
            "mergeable": access.delete and self.name == "Account",
            "name": self.name,
            "undeletable": access.delete,
            "updateable": access.edit,
            "urls": {"sobject": home, "describe": f"{home}/describe", "rowTemplate": f"{home}/{{ID}}"},
        }


_OBJECT_DEFAULTS: dict[str, object] = {
    **dict.fromkeys(
        (
            "feedEnabled",
            "layoutable",
            "mruEnabled",
            "queryable",
            "replicateable",
            "retrieveable",
            "searchable",
            "triggerable",
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
    **dict.fromkeys(("aggregatable", "groupable", "sortable"), True),
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
