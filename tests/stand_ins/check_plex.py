"""Whether the stand-in for plex.tv gets along with plexapi, which others wrote: `python3 check_plex.py`, with plexapi installed."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import requests
from plexapi.exceptions import Unauthorized
from plexapi.myplex import MyPlexAccount, MyPlexDevice, MyPlexPinLogin


class Led(requests.Session):
    """A session that is led to the stand-in, whatever it asks plex.tv for."""

    def __init__(self, url):
        super().__init__()
        self.url, self.trust_env = url, False

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://plex.tv", self.url), *args, **kwargs)


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


def check(url):
    session = Led(url)
    keys = session.get(f"{url}/_test/keys").json()["fields"]
    phone = post(f"{url}/_test/sign-in", {"person": "Mia", "client_name": "Mia's <phone> & co", "address": "192.0.2.5"})

    account = MyPlexAccount(token=keys["token"], session=session)
    assert (account.username, account.id) == ("mia", 7654321), account
    devices = {device.id: device for device in account.devices()}
    found = devices[phone["id"]]
    assert isinstance(found, MyPlexDevice) and found.name == "Mia's <phone> & co", found
    assert found.publicAddress == "192.0.2.5" and found.token == phone["token"], found
    assert MyPlexAccount(token=phone["token"], session=session).username == "mia"

    found.delete()
    assert phone["id"] not in [device.id for device in account.devices()]
    try:
        MyPlexAccount(token=phone["token"], session=session)
        raise AssertionError("the token still works")
    except Unauthorized:
        pass

    link = MyPlexPinLogin(session=session, oauth=True)
    assert link.oauthUrl().startswith("https://app.plex.tv/auth/#!?") and not link.checkLogin()
    post(f"{url}/_test/link", {"id": link._id})
    assert link.checkLogin() and MyPlexAccount(token=link.token, session=session).username == "mia"


if __name__ == "__main__":
    script = Path(__file__).with_name("plex.py")
    with subprocess.Popen([sys.executable, "-B", script], stdout=subprocess.PIPE, text=True) as process:
        try:
            check("http://127.0.0.1:" + process.stdout.readline().split()[-1])
        finally:
            process.kill()
