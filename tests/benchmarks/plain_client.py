"""simple_salesforce alone: ``python -m tests.benchmarks.plain_client URL CA_FILE``, queries on stdin, rows on stdout.

Reads every page of each query (one a line) and keeps nothing: the least that any program on this client must do.
The session id comes from SALESFORCE_SESSION_ID.
"""

from __future__ import annotations

import os
import sys

import requests
from simple_salesforce.api import Salesforce


def main() -> None:
    url, ca_file = sys.argv[1:]
    with requests.Session() as session:
        session.trust_env = False
        session.verify = ca_file
        client = Salesforce(instance_url=url, session_id=os.environ["SALESFORCE_SESSION_ID"], session=session)
        rows = sum(1 for query in sys.stdin for _ in client.query_all_iter(query.strip()))
    sys.stdout.write(f"{rows}\n")


if __name__ == "__main__":
    main()
