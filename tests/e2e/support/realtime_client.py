"""Supabase's own Python client of Realtime joins, receives, and leaves: it checks the studio's channels."""

import asyncio
import sys
import urllib.request
import uuid

from realtime import AsyncRealtimeClient, RealtimeSubscribeStates
from supabase_auth import SyncGoTrueClient

url, key, email, password, video = sys.argv[1:]


def upload(token):
    """Uploads the video, and returns the answer."""
    boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="python.mp4"\r\n'
        "Content-Type: video/mp4\r\n\r\n"
    )
    with open(video, "rb") as file:
        body = head.encode() + file.read() + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(f"{url}/api/v1/videos/upload", data=body, headers=headers)
    return urllib.request.urlopen(request).read()


async def main():
    auth = SyncGoTrueClient(
        url=f"{url}/auth/v1", headers={"apikey": key}, auto_refresh_token=False, persist_session=False
    )
    session = auth.sign_in_with_password({"email": email, "password": password}).session
    client = AsyncRealtimeClient(f"{url.replace('http', 'ws', 1)}/realtime/v1", token=key)
    await client.connect()
    await client.set_auth(session.access_token)
    subscribed, completed = asyncio.Event(), asyncio.Event()

    def received(message):
        if message["payload"]["data"]["status"] == "COMPLETED":
            completed.set()

    def told(status, error):
        assert status == RealtimeSubscribeStates.SUBSCRIBED, f"{status}: {error}"
        subscribed.set()

    channel = client.channel(f"jobs:{session.user.id}", {"config": {"private": True, "broadcast": {}, "presence": {}}})
    await channel.on_broadcast("JOB_UPDATE", received).subscribe(told)
    await asyncio.wait_for(subscribed.wait(), 10)
    await asyncio.to_thread(upload, session.access_token)
    await asyncio.wait_for(completed.wait(), 40)
    await channel.unsubscribe()
    await client.close()


asyncio.run(main())
