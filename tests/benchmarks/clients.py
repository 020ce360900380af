"""The vendors' clients alone, and the floor: ``python -m tests.benchmarks.clients NAME URL CA_FILE``, tasks on stdin.

Each does the least that any program on it must do to read the same records: it keeps no more of them than it has to.
Prints what that cost. The secret comes from SALESFORCE_SESSION_ID or HUBSPOT_TOKEN.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tests.benchmarks.cost import report

_CHUNK = 1 << 18


def main() -> None:
    name, url, ca_file = sys.argv[1:]
    tasks = [line.strip() for line in sys.stdin]
    {"floor": _floor, "simple_salesforce": _simple_salesforce, "hubspot": _hubspot}[name](url, ca_file, tasks)


def _floor(url: str, ca_file: str, targets: Sequence[str]) -> None:
    """The pages of a bulk job, one a line: streamed off the socket into a CSV reader, and dropped."""
    import csv
    import io

    import urllib3

    headers = {"Authorization": f"Bearer {os.environ['SALESFORCE_SESSION_ID']}", "Accept-Encoding": "gzip"}

    def work() -> int:
        rows = 0
        with urllib3.PoolManager(ca_certs=ca_file) as pool:
            for target in targets:
                reply = pool.request("GET", url + target, headers=headers, preload_content=False)
                reply.auto_close = False  # type: ignore[attr-defined] # of the response that it always is
                text = io.TextIOWrapper(io.BufferedReader(reply, _CHUNK), encoding="utf-8", newline="")
                rows += sum(1 for _ in csv.reader(text)) - 1
                reply.release_conn()
        return rows

    report(work)


def _simple_salesforce(url: str, ca_file: str, queries: Sequence[str]) -> None:
    import requests
    from simple_salesforce.api import Salesforce

    def work() -> int:
        with requests.Session() as session:
            session.trust_env = False
            session.verify = ca_file
            client = Salesforce(instance_url=url, session_id=os.environ["SALESFORCE_SESSION_ID"], session=session)
            return sum(1 for query in queries for _ in client.query_all_iter(query))

    report(work)


def _hubspot(url: str, ca_file: str, properties: Sequence[str]) -> None:
    from hubspot import HubSpot

    client = HubSpot(access_token=os.environ["HUBSPOT_TOKEN"], host=url)
    companies = client.crm.companies
    companies.basic_api  # noqa: B018 # makes the imports, which are not to be measured

    def work() -> int:
        return len(companies.get_all(properties=list(properties)))

    report(work)


if __name__ == "__main__":
    main()
