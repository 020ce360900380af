"""Reads a Salesforce org through simple-salesforce: accounts, their owners, and the deals that matter."""

from connectors.salesforce.connector import SalesforceConnector

__all__ = ["SalesforceConnector"]
