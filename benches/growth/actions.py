"""Counts the cost of an action by the subscriptions in the table, and by those of the customer.

The counts are instructions of the provider on SQLite, and pages of the database on PostgreSQL.
Every request is for another customer, spread over the table.
"""

import json
import re
import tempfile

from databases import Company
from instructions import FEW, MANY
from peers import headers
from setup import table

# Has no common divisor with the numbers of customers.
STEP = 7919
# The customers that the examples create have other ids.
CREATED = 500
OF_CUSTOMER = [1, 10, 100]


def instructions(database, size, action="subscription"):
    """Returns the instructions of the provider for a pause, with all its threads and SQLite."""
    few, many = (executed(database, size, action, number) for number in (FEW, MANY))
    return round((many - few) / (MANY - FEW))


def executed(database, size, action, number):
    environment = database.copy("counted")
    with tempfile.NamedTemporaryFile("r") as log:
        valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", f"--log-file={log.name}"]
        valgrind += ["--cachegrind-out-file=/dev/null"]
        with Company(database.example, environment, under=valgrind) as company:
            pause(company, range(number), size, action)
        return int(re.search(r"I\s+refs:\s+([\d,]+)", log.read())[1].replace(",", ""))


def pages(database, size):
    """Returns the pages that the database reads for a pause, from memory or from disk."""
    with database.company() as company:
        # Each connection prepares its statements, and reads the catalogue for them.
        pause(company, range(FEW), size)
        before = database.pages()
        pause(company, range(FEW, MANY), size)
        return round((database.pages() - before) / (MANY - FEW))


def pause(company, numbers, size, action="subscription"):
    duration = {"type": "period", "amount": 2, "unit": "month"}
    for number in numbers:
        customer = f"grown_{number * STEP % (size - CREATED) + 1:08}"
        body = {"customerId": customer, "startAt": "immediate", "duration": duration}
        if action == "subscription":
            body["subscriptionId"] = f"{customer}_1"
        company.send("POST", f"/churnkey/actions/{action}/pause", json.dumps(body))


def table_of_actions(sqlite, postgres):
    """Formats the counts for a pause by the number of subscriptions in the table."""
    head = ["subscriptions", "SQLite: instructions", "PostgreSQL: pages"]
    rows = [[f"{size:,}", f"{sqlite[size]:,}", f"{postgres[size]:,}"] for size in sqlite]
    return table(head, rows)


def table_of_customers(kind, size):
    """Formats the counts for a pause of all subscriptions of a customer."""
    rows = []
    for number in OF_CUSTOMER:
        with kind(size, of_customer=number) as database:
            count = instructions(database, size, "customer")
        rows.append([str(number), f"{count:,}", f"{count // number:,}"])
    return table(["subscriptions of the customer", "instructions", "for each of them"], rows)
