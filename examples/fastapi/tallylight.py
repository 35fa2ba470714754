"""What Tallylight needs of a FastAPI backend, in one file: copy it beside your application.

`Backend` has the routes (discovery, jobs, edits, uploads, the socket) and the `publish_…` functions that a pipeline calls.
It takes your jobs through `Store`, and the users of your Supabase project by their access tokens.

With several workers, set `redis_url`: a message that one worker publishes then reaches the sockets of all. With
`transport="realtime"` there is no socket: messages go to Supabase Realtime.
"""

import asyncio
import hashlib
import json
from collections import defaultdict
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Annotated, Any, Literal, Protocol

import httpx
import jwt
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response, UploadFile, WebSocket
from fastapi.websockets import WebSocketDisconnect
from pydantic import BaseModel, ConfigDict

HEARTBEAT_SECONDS = 30
# A client that reads too slowly is disconnected: it reconnects and fetches the list.
QUEUE_LIMIT = 1_000
REDIS_CHANNEL = "tallylight"

Status = Literal["PENDING", "PROCESSING", "COMPLETED", "FAILED"]
MetadataType = Literal["TITLE", "DESCRIPTION", "TAGS", "TRANSCRIPT", "CHAPTERS"]


@dataclass
class Settings:
    """What differs between backends."""

    name: str
    auth_url: str  # https://xyz.supabase.co
    auth_key: str  # the anon (public) key
    jwt_secret: str | None = None  # without it, the auth server is asked about each token
    jwt_audience: str = "authenticated"
    service_key: str | None = None  # for `transport="realtime"`: never given to anybody
    transport: Literal["socket", "realtime"] = "socket"
    redis_url: str | None = None  # for several workers
    auth_providers: list[str] = field(default_factory=lambda: ["email"])
    editable: list[str] = field(default_factory=lambda: ["TITLE", "DESCRIPTION", "TAGS", "CHAPTERS"])
    features: list[str] = field(default_factory=lambda: ["upload"])


class Edit(BaseModel):
    """The fields of a video that a person changed; only those are there."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    chapters: list[dict[str, Any]] | None = None
    transcript_text: str | None = None
    thumbnail_id: str | None = None


class Store(Protocol):
    """Your jobs. A job is a dictionary of the shape in docs/backend.md; its `updated_at` moves with every change."""

    async def jobs(self, user_id: str, statuses: list[str], limit: int, offset: int) -> list[dict]:
        """Returns a page of the jobs of a user, the newest first."""

    async def job(self, user_id: str, job_id: str) -> dict | None:
        """Returns a job of a user."""

    async def edit(self, user_id: str, video_id: str, changes: dict[str, Any]) -> dict | None:
        """Changes the texts of a video, and returns its job."""

    async def upload(self, user_id: str, file: UploadFile) -> dict:
        """Stores a video, starts its processing, and returns its job."""


class Backend:
    """The routes and the live updates of a backend."""

    def __init__(self, settings: Settings, store: Store):
        self.settings = settings
        self.store = store
        self._sockets: dict[str, set[asyncio.Queue]] = defaultdict(set)
        self._http = httpx.AsyncClient(timeout=10)
        self._redis = None

    def install(self, app: FastAPI) -> None:
        """Adds the routes to an application. Its own lifespan has to enter `self.running()`."""
        app.include_router(self._routes())

    @asynccontextmanager
    async def running(self):
        """Receives what other workers publish, while the application runs."""
        listener = None
        if self.settings.redis_url:
            from redis.asyncio import Redis

            self._redis = Redis.from_url(self.settings.redis_url)
            listener = asyncio.create_task(self._listen())
        yield
        if listener:
            listener.cancel()
            await self._redis.aclose()
        await self._http.aclose()

    # What a pipeline calls.

    async def publish_job_update(
        self,
        user_id: str,
        job_id: str,
        status: Status,
        progress_percent: float,
        error_message: str | None = None,
    ) -> None:
        """Tells that the status or the progress of a job changed."""
        data = {"status": status, "progress_percent": progress_percent}
        await self._publish(user_id, job_id, "JOB_UPDATE", data | _if_given("error_message", error_message))

    async def publish_stage_update(
        self,
        user_id: str,
        job_id: str,
        stage_id: str,
        status: Status,
        progress_percent: float,
        error_message: str | None = None,
    ) -> None:
        """Tells that the status or the progress of a stage changed."""
        data = {"stage_id": stage_id, "status": status, "progress_percent": progress_percent}
        await self._publish(user_id, job_id, "STAGE_UPDATE", data | _if_given("error_message", error_message))

    async def publish_metadata_update(
        self, user_id: str, job_id: str, metadata_type: MetadataType, content: Any
    ) -> None:
        """Tells that a text of a video changed."""
        data = {"metadata_type": metadata_type, "content": content}
        await self._publish(user_id, job_id, "METADATA_UPDATE", data)

    async def publish_thumbnail(
        self,
        user_id: str,
        job_id: str,
        thumbnail_url: str,
        thumbnail_id: str,
        width: int,
        height: int,
        timestamp_seconds: float | None = None,
    ) -> None:
        """Tells that there is a new thumbnail."""
        data = {"thumbnail_url": thumbnail_url, "thumbnail_id": thumbnail_id, "width": width, "height": height}
        await self._publish(
            user_id, job_id, "THUMBNAIL_GENERATED", data | _if_given("timestamp_seconds", timestamp_seconds)
        )

    async def publish_error(
        self,
        user_id: str,
        job_id: str,
        error_code: str,
        error_message: str,
        recoverable: bool,
        affected_stage: str | None = None,
    ) -> None:
        """Tells that something went wrong. If it is not recoverable, the job has failed."""
        data = {"error_code": error_code, "error_message": error_message, "recoverable": recoverable}
        await self._publish(user_id, job_id, "ERROR", data | _if_given("affected_stage", affected_stage))

    async def _publish(self, user_id: str, job_id: str, kind: str, data: dict) -> None:
        message = {"type": kind, "job_id": job_id, "data": data, "timestamp": now()}
        if self.settings.transport == "realtime":
            await self._broadcast(user_id, message)
        elif self._redis:
            await self._redis.publish(REDIS_CHANNEL, json.dumps({"user_id": user_id, "message": message}))
        else:
            self._deliver(user_id, message)

    async def _broadcast(self, user_id: str, message: dict) -> None:
        key = self.settings.service_key
        topic = {"topic": f"jobs:{user_id}", "event": message["type"], "payload": message, "private": True}
        answer = await self._http.post(
            f"{self.settings.auth_url}/realtime/v1/api/broadcast",
            headers={"apikey": key, "Authorization": f"Bearer {key}"},
            json={"messages": [topic]},
        )
        answer.raise_for_status()

    async def _listen(self) -> None:
        while True:
            # A lost connection to Redis is opened again. What was missed comes with the clients' next list.
            with suppress(OSError, ConnectionError):
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(REDIS_CHANNEL)
                    async for received in channel.listen():
                        if received["type"] == "message":
                            told = json.loads(received["data"])
                            self._deliver(told["user_id"], told["message"])
            await asyncio.sleep(1)

    def _deliver(self, user_id: str, message: dict) -> None:
        text = json.dumps(message)
        for queue in list(self._sockets[user_id]):
            if queue.full():
                self._sockets[user_id].discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(text)

    # Who asks.

    async def user_id(self, token: str) -> str | None:
        """Returns the user of an access token of Supabase; None if it is not valid."""
        if self.settings.jwt_secret:
            try:
                claims = jwt.decode(
                    token, self.settings.jwt_secret, algorithms=["HS256"], audience=self.settings.jwt_audience
                )
            except jwt.InvalidTokenError:
                return None
            return claims.get("sub")
        answer = await self._http.get(
            f"{self.settings.auth_url}/auth/v1/user",
            headers={"apikey": self.settings.auth_key, "Authorization": f"Bearer {token}"},
        )
        return answer.json().get("id") if answer.status_code == 200 else None

    async def _signed_in(self, request: Request) -> str:
        user_id = await self.user_id(_bearer(request.headers.get("authorization")))
        if not user_id:
            raise HTTPException(401, "Could not validate credentials", {"WWW-Authenticate": "Bearer"})
        return user_id

    # The routes.

    def _routes(self) -> APIRouter:
        routes = APIRouter()
        User = Annotated[str, Depends(self._signed_in)]

        @routes.get("/.well-known/tallylight.json")
        async def discovery(request: Request) -> dict:
            settings, base = self.settings, str(request.base_url).rstrip("/")
            return {
                "name": settings.name,
                "api_url": base,
                "auth_url": settings.auth_url,
                "auth_key": settings.auth_key,
                "auth_providers": settings.auth_providers,
                "ws_token": "header",
                "transport": settings.transport,
                "editable": settings.editable,
                "features": settings.features,
            }

        @routes.get("/api/v1/jobs/")
        async def jobs(
            request: Request,
            user_id: User,
            status: Annotated[list[Status] | None, Query()] = None,
            limit: Annotated[int, Query(ge=1, le=200)] = 100,
            offset: Annotated[int, Query(ge=0)] = 0,
        ) -> Response:
            page = await self.store.jobs(user_id, status or [], limit, offset)
            body = json.dumps(page)
            # A list that did not change is not sent again.
            etag = f'"{hashlib.sha256(body.encode()).hexdigest()}"'
            if request.headers.get("if-none-match") == etag:
                return Response(status_code=304, headers={"ETag": etag})
            return Response(body, media_type="application/json", headers={"ETag": etag})

        @routes.get("/api/v1/videos/jobs/{job_id}")
        async def job(job_id: str, user_id: User) -> dict:
            return _found(await self.store.job(user_id, job_id))

        @routes.put("/api/v1/videos/{video_id}/metadata")
        async def edit(video_id: str, edit: Edit, user_id: User) -> dict:
            changes = edit.model_dump(exclude_unset=True)
            job = _found(await self.store.edit(user_id, video_id, changes))
            for name, content in changes.items():
                kind = "TRANSCRIPT" if name == "transcript_text" else name.upper()
                if kind in MetadataType.__args__:
                    await self.publish_metadata_update(user_id, job["id"], kind, content)
            return job

        @routes.post("/api/v1/videos/upload")
        async def upload(file: UploadFile, user_id: User) -> dict:
            if not (file.content_type or "").startswith("video/"):
                raise HTTPException(400, "File must be a video")
            job = await self.store.upload(user_id, file)
            return {"video_id": job["video_id"], "job_id": job["id"], "status": job["status"]}

        @routes.websocket("/ws")
        async def socket(websocket: WebSocket) -> None:
            token = _bearer(websocket.headers.get("authorization")) or websocket.query_params.get("token", "")
            user_id = await self.user_id(token)
            if not user_id:
                # Before `accept`, this answers the upgrade with 403.
                await websocket.close(4401)
                return
            await websocket.accept()
            await self._serve(websocket, user_id)

        return routes

    async def _serve(self, websocket: WebSocket, user_id: str) -> None:
        queue: asyncio.Queue = asyncio.Queue(QUEUE_LIMIT)
        self._sockets[user_id].add(queue)
        # A client sends subscriptions and answers to heartbeats. A user receives all messages of the own jobs here, so
        # that neither has to be read; reading them notices the end of the connection.
        reader = asyncio.create_task(_read_all(websocket))
        writer = asyncio.create_task(_write_all(websocket, queue))
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._sockets[user_id].discard(queue)
            for task in (reader, writer):
                task.cancel()
            # The client may be gone.
            with suppress(WebSocketDisconnect, RuntimeError):
                await websocket.close(1012)


async def _read_all(websocket: WebSocket) -> None:
    with suppress(WebSocketDisconnect):
        while True:
            await websocket.receive_text()


async def _write_all(websocket: WebSocket, queue: asyncio.Queue) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            try:
                text = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                text = json.dumps({"type": "HEARTBEAT", "job_id": "", "data": {}, "timestamp": now()})
            if text is None:
                return
            await websocket.send_text(text)


def now() -> str:
    """Returns the current time, as Tallylight reads it."""
    return datetime.now(timezone.utc).isoformat()


def _bearer(header: str | None) -> str:
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _if_given(name: str, value: Any) -> dict:
    return {} if value is None else {name: value}


def _found(job: dict | None) -> dict:
    if job is None:
        raise HTTPException(404, "Not found")
    return job
