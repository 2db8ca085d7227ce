#!/usr/bin/env python3
"""Makes data/network-kinds.csv: which networks are mobile, hosting, VPN, Tor or in flight. Started by ./dev networks.

Two sources, the first going before the second: hand-picked.csv beside this file, each line of it checked against the
name of the organisation, and rules on those names for data centres. The names come from the table of networks
(@ip-location-db/asn: RouteViews, DB-IP and NRO, CC BY 4.0). Nobody else's list of kinds is read.

    kinds.py FOLDER_OF_THE_TABLE OUTPUT.csv
"""

import collections
import csv
import pathlib
import re
import sys

from table import Table

HERE = pathlib.Path(__file__).parent
KINDS = ("fixed", "mobile", "hosting", "vpn", "tor", "in_flight")

# A word that only those use who rent out computers ...
DATA_CENTRE = re.compile(
    r"\b(\w*host(s|ed|er|ers|ing|ings)?|host[a-z]+|data ?cent(er|re)s?|vps|\w*vservers?|\w*servers?|colocation|colo"
    r"|\w*cloud\w*)\b",
    re.IGNORECASE,
)
# ... unless another one says that lines to houses are sold as well, or that it is a house with guests or patients.
# "Precision before completeness": what is in doubt stays fixed.
NOT_ONLY = re.compile(
    r"isps?\b|\btele|telecom|telco|broadband|fib(er|re|ra)|wireless|internet|prove[ed]or|cable|wi-?fi|mobile|wimax|satell"
    r"|com+unica|conne[cx]|cone[cx]|banda|access|\blinks?\b|online|\bnet\b|network|electric|cooperat|municip|county"
    r"|universit|school|college|bank|insur|hostel|hostess|hospi|health|hostil|mccloud|st\.? cloud",
    re.IGNORECASE,
)


def hand_picked(organisations):
    """The hand-picked kinds, or an end of the program that names every line which is not as the table has it."""
    lines = (HERE / "hand-picked.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    picked, wrong = {}, []
    for row in rows:
        number, kind, word = int(row["asn"]), row["kind"], row["word"]
        name = organisations.get(number)
        if number in picked:
            wrong.append(f"AS{number} is there twice")
        elif kind not in KINDS:
            wrong.append(f"AS{number}: there is no kind '{kind}'")
        elif name is None:
            wrong.append(f"AS{number} ({word}) is not in the table of networks")
        elif not word or word.casefold() not in name.casefold():
            wrong.append(f"AS{number} is '{name}' and not '{word}'")
        else:
            picked[number] = kind
    if wrong:
        sys.exit("hand-picked.csv does not fit the table of networks:\n  " + "\n  ".join(wrong))
    return picked


def main():
    table = Table(sys.argv[1])
    organisations = table.organisations()
    kinds = {
        number: "hosting"
        for number, name in organisations.items()
        if DATA_CENTRE.search(name) and not NOT_ONLY.search(name)
    }
    kinds.update(hand_picked(organisations))
    with open(sys.argv[2], "w", encoding="utf-8", newline="") as output:
        output.write(
            "# What kind a network is, by its number (AS). Networks that are not here count as fixed.\n"
            "# Source: names of organisations by RouteViews, DB-IP and NRO (CC BY 4.0), as packed by ip-location-db\n"
            f"# (@ip-location-db/asn {table.version}); kinds by the rules and the hand-picked list in tools/networks.\n"
            f"# Date: {table.made_at:%Y-%m-%d}\n"
            "# Made by: ./dev networks\n"
        )
        rows = csv.writer(output, lineterminator="\n")
        rows.writerow(("asn", "kind", "name"))
        rows.writerows((number, kinds[number], organisations[number]) for number in sorted(kinds))
    counts = collections.Counter(kinds.values())
    print(", ".join(f"{kind} {counts[kind]}" for kind in KINDS), f"of {len(organisations)} networks")


if __name__ == "__main__":
    main()
