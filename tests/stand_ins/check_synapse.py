"""Whether the stand-in for Synapse gets along with matrix-nio, which others wrote: `python3 check_synapse.py`, with matrix-nio installed.
With an address, a name and a password of a real homeserver behind it, that is asked the same."""

import asyncio
import subprocess
import sys
from pathlib import Path

from nio import AsyncClient, DeleteDevicesAuthResponse, DeleteDevicesResponse, DevicesResponse, LoginResponse, SyncResponse, WhoamiResponse


async def signs_in(url, name, password, device):
    client = AsyncClient(url, name)
    told = await client.login(password, device_name=device)
    assert isinstance(told, LoginResponse), told
    return client


async def check(url, name, password):
    reader = await signs_in(url, name, password, "Latchkey")
    phone = await signs_in(url, name, password, "Phone")
    who = await reader.whoami()
    assert isinstance(who, WhoamiResponse) and who.device_id == reader.device_id, who
    told = await reader.devices()
    assert isinstance(told, DevicesResponse), told
    assert {device.id: device.display_name for device in told.devices}[phone.device_id] == "Phone", told

    first = await reader.sync(0, sync_filter={"room": {"rooms": []}})
    assert isinstance(first, SyncResponse), first
    waits = asyncio.create_task(reader.sync(30000, since=first.next_batch))
    tablet = await signs_in(url, name, password, "Tablet")
    assert reader.user_id in (await waits).device_list.changed

    doubt = await reader.delete_devices([phone.device_id])
    assert isinstance(doubt, DeleteDevicesAuthResponse) and {"stages": ["m.login.password"]} in doubt.flows, doubt
    proof = {"type": "m.login.password", "session": doubt.session, "identifier": {"type": "m.id.user", "user": reader.user_id}}
    wrong = await reader.delete_devices([phone.device_id], proof | {"password": "wrong"})
    assert not isinstance(wrong, DeleteDevicesResponse), wrong
    ended = await reader.delete_devices([phone.device_id], proof | {"password": password})
    assert isinstance(ended, DeleteDevicesResponse), ended
    left = [device.id for device in (await reader.devices()).devices]
    assert phone.device_id not in left and tablet.device_id in left, left
    assert not isinstance(await phone.whoami(), WhoamiResponse), "the token still works"
    for client in (reader, phone, tablet):
        await client.close()


def main():
    if len(sys.argv) > 1:
        asyncio.run(check(*sys.argv[1:]))
        return
    script = Path(__file__).with_name("synapse.py")
    with subprocess.Popen([sys.executable, "-B", script], stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().split()[-1]
            asyncio.run(check(f"http://127.0.0.1:{port}", "@mia:home.test", "correct horse battery staple"))
        finally:
            process.kill()


if __name__ == "__main__":
    main()
