"""Checks the stand-in for Keycloak by python-keycloak (see requirements.txt)."""

import sys

# The stand-in beside this has the client's name.
HERE = sys.path.pop(0)
from keycloak import KeycloakAdmin, KeycloakAuthenticationError, KeycloakGetError, KeycloakOpenIDConnection

sys.path.insert(0, HERE)
from started import started

with started("keycloak") as stand_in:
    fields = stand_in.control("keys")["fields"]

    def signed_in(secret):
        connection = KeycloakOpenIDConnection(
            server_url=stand_in.url,
            realm_name=fields["realm"],
            client_id=fields["client_id"],
            client_secret_key=secret,
        )
        return KeycloakAdmin(connection=connection)

    admin = signed_in(fields["client_secret"])
    assert admin.get_realm(fields["realm"])["realm"] == fields["realm"]
    told = stand_in.control("sign-in", {"person": "mia", "client_name": "nextcloud"})
    stays = stand_in.control("sign-in", {"id": told["id"], "person": "mia", "client_name": "files", "offline": True})
    assert stays["id"] == told["id"] + "/offline"
    (mia,) = admin.get_users({})
    (session,) = admin.get_sessions(mia["id"])
    assert (session["id"], list(session["clients"].values())) == (told["id"], ["nextcloud"])
    (consent,) = admin.user_consents(mia["id"])
    client = consent["additionalGrants"][0]["client"]
    path = f"admin/realms/{fields['realm']}"
    offline = admin.connection.raw_get(f"{path}/users/{mia['id']}/offline-sessions/{client}").json()
    assert [session["id"] for session in offline] == [told["id"]]

    stand_in.control("failed", {"person": "mia", "address": "203.0.113.9"})
    (event,) = admin.get_events({"type": "LOGIN_ERROR"})
    assert (event["ipAddress"], event["details"]["username"]) == ("203.0.113.9", "mia")

    assert admin.connection.raw_delete(f"{path}/sessions/{told['id']}").status_code == 204
    assert admin.get_sessions(mia["id"]) == []
    assert admin.connection.raw_delete(f"{path}/sessions/{told['id']}").status_code == 404
    assert admin.connection.raw_delete(f"{path}/sessions/{told['id']}", isOffline="true").status_code == 204
    assert admin.user_consents(mia["id"]) == []

    stand_in.control("set", {"roles": ["view-users"]})
    try:
        admin.get_events({})
        raise AssertionError("it may read the events still")
    except KeycloakGetError as refused:
        assert refused.response_code == 403
    try:
        signed_in("another secret").get_users({})
        raise AssertionError("it takes any secret")
    except KeycloakAuthenticationError as refused:
        assert refused.response_code == 401
print("keycloak: the client gets along with the stand-in")
