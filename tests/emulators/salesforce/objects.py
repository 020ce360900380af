"""The objects of an org that cssync has reason to read."""

from __future__ import annotations

from collections.abc import Iterable

from tests.emulators.salesforce.schema import Field, SObject


def standard_objects(
    *, multi_currency: bool = False, dated_rates: bool = False, person_accounts: bool = False
) -> tuple[SObject, ...]:
    """Those that the org's features bring with them."""
    currency = (Field("CurrencyIsoCode", "picklist", "Currency"),) if multi_currency else ()
    person = (Field("IsPersonAccount", "boolean", nillable=False),) if person_accounts else ()
    objects: tuple[SObject, ...] = (
        SObject("Account", "001", (*_ACCOUNT, *currency, *person), "Accounts"),
        SObject("Opportunity", "006", (*_OPPORTUNITY, *currency), "Opportunities"),
        SObject("User", "005", (*_USER, *currency), "Users"),
        SObject("Group", "00G", _GROUP, "Groups"),
        SObject("UserRole", "00E", (*_audited(), Field("Name", nillable=False)), "Roles"),
        SObject("Organization", "00D", (*_audited(), *_ORGANIZATION), "Organizations"),
        SObject("AccountHistory", "017", _ACCOUNT_HISTORY, "Account History"),
        SObject("OpportunityHistory", "008", (*_OPPORTUNITY_HISTORY, *currency), "Opportunity History"),
        SObject("PermissionSet", "0PS", (*_audited(), *_PERMISSION_SET), "Permission Sets"),
        SObject("PermissionSetAssignment", "0Pa", _ASSIGNMENT, "Permission Set Assignments"),
        SObject("ObjectPermissions", "110", (*_audited(), *_OBJECT_PERMISSIONS), "Object Permissions"),
    )
    return (*objects, *((_RATES,) if multi_currency else ()), *((_DATED_RATES,) if dated_rates else ()))


def _audited() -> Iterable[Field]:
    yield Field("Id", "id", nillable=False)
    yield Field("CreatedDate", "datetime", "Created Date", nillable=False)
    yield Field("LastModifiedDate", "datetime", "Last Modified Date", nillable=False)
    yield Field("SystemModstamp", "datetime", "System Modstamp", nillable=False)


_ACCOUNT = (
    *_audited(),
    Field("IsDeleted", "boolean", "Deleted", nillable=False),
    Field("MasterRecordId", "reference", "Master Record ID", ("Account",), "MasterRecord"),
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
_RATES = SObject("CurrencyType", "01L", (*_audited(), *_CURRENCY_TYPE), "Currency Types")
_DATED_RATES = SObject(
    "DatedConversionRate",
    "04w",
    (
        *_audited(),
        Field("IsoCode", "picklist", "Currency ISO Code", nillable=False),
        Field("StartDate", "date", "Start Date", nillable=False),
        Field("NextStartDate", "date", "Next Start Date"),
        Field("ConversionRate", "double", "Conversion Rate", nillable=False),
    ),
    "Dated Conversion Rates",
)
_ACCOUNT_HISTORY = (
    Field("Id", "id", nillable=False),
    Field("IsDeleted", "boolean", "Deleted", nillable=False),
    Field("AccountId", "reference", "Account ID", ("Account",), "Account", nillable=False),
    Field("CreatedById", "reference", "Created By ID", ("User",), "CreatedBy", nillable=False),
    Field("CreatedDate", "datetime", "Created Date", nillable=False),
    Field("Field", "picklist", "Changed Field", nillable=False),
    Field("DataType", "picklist", "Datatype"),
    Field("OldValue", "anyType", "Old Value", filterable=False),
    Field("NewValue", "anyType", "New Value", filterable=False),
)
_OPPORTUNITY_HISTORY = (
    Field("Id", "id", nillable=False),
    Field("IsDeleted", "boolean", "Deleted", nillable=False),
    Field("OpportunityId", "reference", "Opportunity ID", ("Opportunity",), "Opportunity", nillable=False),
    Field("CreatedById", "reference", "Created By ID", ("User",), "CreatedBy", nillable=False),
    Field("CreatedDate", "datetime", "Created Date", nillable=False),
    Field("SystemModstamp", "datetime", "System Modstamp", nillable=False),
    Field("StageName", "picklist", "Stage Name", nillable=False),
    Field("Amount", "currency"),
    Field("ExpectedRevenue", "currency", "Expected Revenue"),
    Field("CloseDate", "date", "Close Date"),
    Field("Probability", "percent"),
    Field("ForecastCategory", "picklist", "To ForecastCategory"),
    Field("PrevAmount", "currency", "Previous Amount"),
    Field("PrevCloseDate", "date", "Previous Close Date"),
)
_PERMISSION_SET = (
    Field("Name", nillable=False),
    Field("Label", nillable=False),
    Field("IsOwnedByProfile", "boolean", nillable=False),
    Field("PermissionsApiEnabled", "boolean", "API Enabled", nillable=False),
    Field("PermissionsViewAllData", "boolean", "View All Data", nillable=False),
    Field("PermissionsModifyAllData", "boolean", "Modify All Data", nillable=False),
    Field("PermissionsViewSetup", "boolean", "View Setup and Configuration", nillable=False),
)
_ASSIGNMENT = (
    Field("Id", "id", nillable=False),
    Field("SystemModstamp", "datetime", "System Modstamp", nillable=False),
    Field("AssigneeId", "reference", "Assignee ID", ("User",), "Assignee", nillable=False),
    Field("PermissionSetId", "reference", "PermissionSet ID", ("PermissionSet",), "PermissionSet"),
)
_OBJECT_PERMISSIONS = (
    Field("ParentId", "reference", "Parent ID", ("PermissionSet",), "Parent", nillable=False),
    Field("SobjectType", "picklist", "Object Type", nillable=False),
    Field("PermissionsRead", "boolean", "Read", nillable=False),
    Field("PermissionsCreate", "boolean", "Create", nillable=False),
    Field("PermissionsEdit", "boolean", "Edit", nillable=False),
    Field("PermissionsDelete", "boolean", "Delete", nillable=False),
    Field("PermissionsViewAllRecords", "boolean", "View All", nillable=False),
    Field("PermissionsModifyAllRecords", "boolean", "Modify All", nillable=False),
)
