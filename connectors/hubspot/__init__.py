"""HubSpot as a source: companies are accounts, owners look after them, deals are opportunities."""

from connectors.hubspot.connector import HubspotConnector

__all__ = ["HubspotConnector"]
