"""OwnTracks over MQTT: the gateway subscribes at the site's broker and takes reports from there.

The topic names the device (`owntracks/USER/DEVICE`) where the message does not. The client's own
thread receives; reports are handed to the event loop, which judges them like all others. A broker
that is away is tried again for ever with back-off; the state is logged once a change.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from config.settings import MqttSettings
from ingest.clock import Clock
from ingest.errors import Misconfigured
from ingest.gateway.counters import Counters
from ingest.gateway.positions_door import BODY_MOST, PositionsDoor
from ingest.positions.fix import FixSource
from ingest.positions.owntracks import fix_from_message
from ingest.positions.reading import FixInvalid

log = logging.getLogger(__name__)

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEP_ALIVE_S = 30
RETRY_MIN_S, RETRY_MAX_S = 1, 60
#: Reports between the client's thread and the loop; more are dropped and counted.
WAITING_MOST = 20_000


class MqttDoor:
    """Threads: `open` and `close` the event loop's; the client has one of its own."""

    def __init__(
        self, settings: MqttSettings, positions: PositionsDoor, counters: Counters, clock: Clock
    ) -> None:
        """Raises Misconfigured: no address of a broker."""
        self._settings = settings
        self._positions = positions
        self._counters = counters
        self._clock = clock
        self._room = threading.BoundedSemaphore(WAITING_MOST)
        self._loop: asyncio.AbstractEventLoop | None = None
        parts = urlsplit(settings.url or "")
        if parts.scheme not in PORTS or not parts.hostname:
            raise Misconfigured(
                "[mqtt] url must be mqtt://[user:password@]host[:port] or mqtts://…"
            )
        self._host, self._port = parts.hostname, parts.port or PORTS[parts.scheme]
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=settings.client_id)
        if parts.username:
            client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            client.tls_set_context(ssl.create_default_context())
        client.reconnect_delay_set(RETRY_MIN_S, RETRY_MAX_S)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client

    def open(self) -> None:
        """Begins to connect; returns at once."""
        self._loop = asyncio.get_running_loop()
        self._client.connect_async(self._host, self._port, KEEP_ALIVE_S)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        if reason.is_failure:
            log.warning("the MQTT broker %s refused the connection: %s", self._host, reason)
            return
        log.info("connected to the MQTT broker %s:%d", self._host, self._port)
        client.subscribe(self._settings.topic, qos=1)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        log.info("the MQTT broker %s is away (%s); trying again", self._host, reason)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        if self._loop is None:
            return
        if len(message.payload) > BODY_MOST or not self._room.acquire(blocking=False):
            self._loop.call_soon_threadsafe(self._counters.add, "gridwall_mqtt_dropped_total")
            return
        self._loop.call_soon_threadsafe(self._take, message.topic, bytes(message.payload))

    def _take(self, topic: str, payload: bytes) -> None:
        self._room.release()
        device = topic.rsplit("/", 1)[-1]
        try:
            body = msgspec.json.decode(payload)
            fix = fix_from_message(body, device, self._clock.utc_ns())
        except (FixInvalid, ValueError, UnicodeDecodeError, RecursionError) as error:
            self._positions.count(FixSource.OWNTRACKS, "invalid")
            log.debug("an MQTT report on %s is wrong: %s", topic, error)
            return
        result = "ignored" if fix is None else self._positions.accept(fix).value
        self._positions.count(FixSource.OWNTRACKS, result)
