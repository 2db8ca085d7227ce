# Asks a home, by schemathesis, everything that its own description allows and what it does not: each answer must be one
# that the description names, right input must be taken and wrong input refused. Run by ./dev test described, on a home
# in a throw-away folder.
# shellcheck shell=bash
set -euo pipefail

server="$CARGO_TARGET_DIR/debug/latchkey-server"
folder=$(mktemp -d)
home=''
# shellcheck disable=SC2317 # the trap calls it
clean_up() {
    if [ -n "$home" ]; then kill "$home" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap clean_up EXIT

"$server" --data-dir "$folder/home" --listen 127.0.0.1:0 --log json >"$folder/out" 2>&1 &
home=$!
for _ in $(seq 200); do
    if grep -q '"event":"ready"' "$folder/out"; then break; fi
    kill -0 "$home" 2>/dev/null || { cat "$folder/out" && exit 1; }
    sleep 0.1
done
# of_ready NAME: what the home said of itself when it was ready.
of_ready() {
    python3 -c 'import json, sys
for line in open(sys.argv[1]):
    if "\"event\":\"ready\"" in line: print(json.loads(line)[sys.argv[2]])' "$folder/out" "$1"
}
url=$(of_ready url)

# ask METHOD PATH BODY [TOKEN]: answers with the body.
ask() {
    curl -sS --max-time 20 -X "$1" "$url$2" -H 'content-type: application/json' \
        ${4:+-H "authorization: Bearer $4"} ${3:+-d "$3"}
}
token_of() { python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])'; }

token=$(ask POST /api/v1/setup "{\"code\": \"$(of_ready setup_code)\", \"login\": \"ana\", \"password\": \"nine lives of a cat\",
    \"profiles\": [{\"name\": \"Ana\", \"kind\": \"adult\"}, {\"name\": \"Leo\", \"kind\": \"kids\"}]}" | token_of)

# What ends the session that asks is asked last, each with a session of its own, which is made before anything counts as
# guessing; a stream has no end; an update of the databases, and looking for servers, go out to the network.
last='/api/v1/sign-out /api/v1/devices/sign-out /api/v1/devices/{id}/sign-out /revoke /api/v1/account/password'
without=(--exclude-path /api/v1/events --exclude-path /api/v1/geo/update --exclude-path /api/v1/services/find)
tokens=()
for path in $last; do
    without+=(--exclude-path "$path")
    tokens+=("$(ask POST /api/v1/sign-in '{"login": "ana", "password": "nine lives of a cat"}' | token_of)")
done

# What these refuse depends on what no description can say: whether a secret is right or common, what a device is, how many
# there are, what answers at an address. A refusal of
# input that is right by its form is no finding there.
by_more_than_form='/token /introspect /api/v1/account/password /api/v1/devices/{id}/merge /api/v1/devices/{id}/separate
    /api/v1/plans /api/v1/plans/{id} /api/v1/profiles /api/v1/recover /api/v1/services /api/v1/services/links
    /api/v1/services/prove /api/v1/services/{id} /api/v1/session/proof'
for path in $by_more_than_form; do
    case " $last " in *" $path "*) ;; *) without+=(--exclude-path "$path") ;; esac
done

# checked TOKEN OPTION...: one run. Limits on attempts answer 429, which is described; nothing is slow enough to time out.
checked() {
    local bearer="$1" but="$2"
    shift 2
    (cd "$folder" && "$SCHEMATHESIS" run "$url/api/openapi.json" --header "Authorization: Bearer $bearer" --checks all \
        --exclude-checks "ignored_auth$but" --max-examples "${LATCHKEY_EXAMPLES:-20}" \
        --seed 1 --continue-on-failure --suppress-health-check all --request-timeout 30 --no-color --warnings off "$@")
}

outcome=0
lax=',positive_data_acceptance'
checked "$token" '' --phases examples,coverage "${without[@]}" || outcome=1
# Made-up names are right by their form and still of nothing but marks that are taken out, say.
checked "$token" "$lax" --phases fuzzing "${without[@]}" || outcome=1
for path in $by_more_than_form; do
    case " $last " in *" $path "*) continue ;; esac
    checked "$token" "$lax" --phases coverage,fuzzing --include-path "$path" || outcome=1
done
for path in $last; do
    checked "${tokens[0]}" "$lax" --include-path "$path" --phases coverage || outcome=1
    tokens=("${tokens[@]:1}")
done
exit "$outcome"
