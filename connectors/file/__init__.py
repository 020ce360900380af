"""Exports in a folder as a source: accounts, owners, and what else there is, as CSV or Parquet."""

from connectors.file.connector import FileConnector

__all__ = ["FileConnector"]
