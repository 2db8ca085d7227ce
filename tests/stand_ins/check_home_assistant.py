"""Whether the stand-in for Home Assistant gets along with hass-client, which others wrote: `python3 check_home_assistant.py`, with
hass-client installed. With an address and a token of a real one behind it, that is asked the same."""

import asyncio
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

from hass_client import HomeAssistantClient
from hass_client.exceptions import AuthenticationFailed, FailedCommand

FIELDS = {"id", "client_id", "client_name", "type", "created_at", "is_current", "last_used_at", "last_used_ip"}


async def check(url, token):
    socket = f"{url.replace('http', 'ws', 1)}/api/websocket"
    client = HomeAssistantClient(socket, token)
    await client.connect()
    assert client.version[:2] == "20", client.version
    # What it does by itself after it connected needs more than sign-ins; the questions here are asked while it listens.
    listening = asyncio.create_task(client.start_listening())
    person = await client.send_command("auth/current_user")
    assert person["id"] and person["name"], person
    tokens = await client.send_command("auth/refresh_tokens")
    assert all(FIELDS <= row.keys() for row in tokens), tokens
    assert [row["type"] for row in tokens if row["is_current"]] == ["long_lived_access_token"], tokens
    try:
        await client.send_command("auth/delete_refresh_token", refresh_token_id="unknown")
        raise AssertionError("it ended what is not there")
    except FailedCommand:
        pass
    wrong = HomeAssistantClient(socket, "wrong")
    try:
        await wrong.connect()
        raise AssertionError("it took a wrong token")
    except AuthenticationFailed:
        await wrong.disconnect()
    for notice in await client.send_command("persistent_notification/get"):
        if notice["notification_id"] == "http-login":
            assert "(127.0.0.1)" in notice["message"] and notice["created_at"], notice
            break
    else:
        raise AssertionError("it does not tell of the failed sign-in")
    phones = [row["id"] for row in tokens if row["type"] == "normal"]
    if phones:
        await client.send_command("auth/delete_refresh_token", refresh_token_id=phones[0])
        assert phones[0] not in [row["id"] for row in await client.send_command("auth/refresh_tokens")]
    await client.disconnect()
    await asyncio.gather(listening, return_exceptions=True)


def main():
    if len(sys.argv) > 1:
        asyncio.run(check(*sys.argv[1:]))
        return
    script = Path(__file__).with_name("home_assistant.py")
    with subprocess.Popen([sys.executable, "-B", script], stdout=subprocess.PIPE, text=True) as process:
        try:
            url = f"http://127.0.0.1:{process.stdout.readline().split()[-1]}"
            body = json.dumps({"person": "Mia", "address": "192.0.2.5"}).encode()
            urllib.request.urlopen(urllib.request.Request(f"{url}/_test/sign-in", body)).close()
            with urllib.request.urlopen(f"{url}/_test/keys") as answer:
                token = json.load(answer)["fields"]["key"]
            asyncio.run(check(url, token))
        finally:
            process.kill()


if __name__ == "__main__":
    main()
