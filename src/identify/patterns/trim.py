#!/usr/bin/env python3
"""Makes uap-core.json from uap-core's regexes.yaml: the browsers and systems a household has, and no more.

    npm pack uap-core && tar xzf uap-core-*.tgz
    python3 trim.py package/regexes.yaml > uap-core.json     # needs PyYAML

Each pattern costs memory for as long as the server runs, and most of the upstream ones are for crawlers, office
tools, podcast catchers and telephones of before 2010. What is not here falls through to the next best: "Chrome",
"Safari", or no browser at all. The order is upstream's: the first that matches wins.
"""

import json
import sys

import yaml

BROWSERS = [
    "Waterfox", "SailfishBrowser", "PaleMoon", "Firefox", "FxiOS", "UC? ?Browser", "Opera Mini", "Opera Tablet",
    "(Opera)/9.80", "(OPR)", "OPiOS", "Silk", "Puffin", "EdgiOS", "OculusBrowser", "SamsungBrowser", "SznProhlizec",
    "coc_coc_browser", "MxBrowser", "MiuiBrowser", "Mint Browser", "GSA", "MQQBrowser)", "(QQBrowser)", "DuckDuckGo",
    "(Chrome)", "CrMo", "CriOS", "YaBrowser", "Whale", "Thunderbird", "Vivaldi", "(Edge?)", "(brave)", "HeadlessChrome",
    "Chromium|Chrome", "Instagram", "Epiphany", "iPod|iPhone", "iPod touch|iPhone", "(Version)/", "(Safari)", "Trident",
    "[MS]?IE",
]
NOT_BROWSERS = [
    "Tablet browser", "Swiftfox", "Basilisk", "MRCHROME", "Iron[^/]", "Seamonkey Alpha", "Navigator", "AppleNews",
    "Namoroka", "Firefox)-", "XBLWP7", "bingbot",
]
SYSTEMS = [
    "Windows Phone)", "(Android)[ ", "(Android) (", "(Android): ", "Windows 10", "Win(?:dows", "Windows NT 10",
    "(Tizen)", "OS[ +]X", "(?:PPC|Intel)", "CPU[ +]OS", "(iPod|iPhone|iPad)'", "(iPhone|iPad|iPod)", "(iPod|iPhone|iPad)",
    "iOS[ /]", "tvOS", "watchOS", "CrOS", "ebian", "Linux Mint", "K[Aa][Ii]OS", "web)OS", "Fedora", "Ubuntu|Kubuntu",
    "Windows|Android", "(Linux)(?:", "linux",
]
NOT_SYSTEMS = ["Outlook", "UCWEB", "Box", "gentoo", "redhat", "freebsd", "; Opera", "(JUC)", "-gnu"]


def chosen(parsers, wanted, unwanted):
    for parser in parsers:
        words = " ".join([parser["regex"], parser.get("family_replacement", "")])
        if any(word in words for word in wanted) and not any(word in words for word in unwanted):
            yield parser


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        upstream = yaml.safe_load(file)
    trimmed = {
        "user_agent_parsers": list(chosen(upstream["user_agent_parsers"], BROWSERS, NOT_BROWSERS)),
        "os_parsers": list(chosen(upstream["os_parsers"], SYSTEMS, NOT_SYSTEMS)),
    }
    json.dump(trimmed, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
