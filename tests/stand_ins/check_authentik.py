"""Checks the stand-in for authentik by authentik's own client (see requirements.txt)."""

import authentik_client
from started import started

with started("authentik") as stand_in:
    key = stand_in.control("keys")["fields"]["key"]
    configuration = authentik_client.Configuration(host=f"{stand_in.url}/api/v3", access_token=key)
    with authentik_client.ApiClient(configuration) as client:
        core, root = authentik_client.CoreApi(client), authentik_client.RootApi(client)
        events = authentik_client.EventsApi(client)
        assert root.root_config_retrieve().cache_timeout_flows == 300
        assert core.core_users_me_retrieve().user.is_superuser

        mine = stand_in.control("sign-in", {"person": "akadmin", "address": "192.168.1.20"})
        stand_in.control("sign-in", {"person": "Ben"})
        stand_in.control("many", {"count": 150})
        first = core.core_authenticated_sessions_list(page=1, page_size=100, ordering="uuid")
        assert (first.pagination.count, first.pagination.next, len(first.results)) == (152, 2, 100)
        second = core.core_authenticated_sessions_list(page=2, page_size=100, ordering="uuid")
        assert (second.pagination.next, len(second.results)) == (0, 52)
        listed = {str(session.uuid): session for session in first.results + second.results}
        assert listed[mine["id"]].last_ip == "192.168.1.20"
        names = {user.pk: user.name for user in core.core_users_list(include_groups=False, include_roles=False).results}
        assert sorted(names.values()) == ["Ben", "Mia", "akadmin"]

        core.core_authenticated_sessions_destroy(mine["id"])
        try:
            core.core_authenticated_sessions_retrieve(mine["id"])
            raise AssertionError("it is there still")
        except authentik_client.exceptions.NotFoundException:
            pass

        stand_in.control("failed", {"person": "ben", "address": "203.0.113.9"})
        failed = events.events_events_list(actions=["login_failed"], ordering="-created").results
        assert [(event.client_ip, event.context["username"]) for event in failed] == [("203.0.113.9", "ben")]

        stand_in.control("mode", {"mode": "key_refused"})
        try:
            core.core_users_me_retrieve()
            raise AssertionError("it takes the key still")
        except authentik_client.exceptions.ForbiddenException as refused:
            assert "Token invalid" in refused.body
print("authentik: the client gets along with the stand-in")
