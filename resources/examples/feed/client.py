"""An integrator's client of a gridwall feed with pyzmq and nothing else: receive, replay, act.

    python client.py tcp://127.0.0.1:7402 --place seen.txt [--keys FILE] [--file-item 0101]

Prints every durable event once, in order, as one JSON line, and remembers in --place how far it is:
started again, it goes on there. With --file-item it files each proposed case under that item.

The feed may lose messages for a reader that is slow or was away; nothing is lost for good. Events
carry `sequence`, the heartbeat (once a second) carries the last one: what is missing is replayed.
"""

import argparse
import itertools
import json
import pathlib
import sys
import time
import tomllib

import zmq

#: No heartbeat for so long: the hub is away, or the connection is. Connect anew. Seconds.
SILENCE_S = 10.0
ANSWER_S = 10.0


class Client:
    """`on_event` gets each durable event exactly once, in order."""

    def __init__(self, query, keys, place, on_event):
        self._context = zmq.Context.instance()
        self._query_address = query
        self._keys = keys
        self._place = place
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._epoch, self._sequence = self._remembered()
        self._connect()

    def run(self):
        """For ever: replays what is missing, then what comes."""
        while True:
            self._catch_up()
            heard_s = time.monotonic()
            while time.monotonic() - heard_s < SILENCE_S:
                if not self._feed.poll(1000):
                    continue
                topic, body = self._feed.recv_multipart()
                heard_s = time.monotonic()
                event = json.loads(body)
                if topic.startswith(b"heartbeat."):
                    beat = event["data"]
                    if beat["epoch"] != self._epoch or beat["sequence"] > self._sequence:
                        self._catch_up()
                elif "sequence" not in event:
                    continue  # ephemeral: a position; it has no place in the order
                elif event["epoch"] == self._epoch and event["sequence"] == self._sequence + 1:
                    self._take(event)
                elif event["epoch"] != self._epoch or event["sequence"] > self._sequence:
                    self._catch_up()
            self._connect()

    def ask(self, **request):
        """The hub's answer to one request. Raises TimeoutError; then it may have been done or not."""
        request_id = b"%d" % next(self._numbers)
        self._query.send_multipart([b"", request_id, json.dumps(request).encode()])
        end_s = time.monotonic() + ANSWER_S
        while (left_s := end_s - time.monotonic()) > 0:
            if self._query.poll(left_s * 1000):
                _, answered_id, body = self._query.recv_multipart()
                if answered_id == request_id:
                    return json.loads(body)
        self._query = self._connected(zmq.DEALER, self._query_address)
        raise TimeoutError(f"no answer to {request['op']}")

    def _catch_up(self):
        """Everything after the last event taken, page by page."""
        more = True
        while more:
            try:
                page = self.ask(op="replay", limit=2000, **{"from": self._sequence + 1})
            except TimeoutError as error:
                print(error, file=sys.stderr)
                continue
            if not page["ok"]:
                print(page["error"], file=sys.stderr)
                time.sleep(1)
                continue
            if page["epoch"] != self._epoch:  # another log: a backup was restored
                changed, self._epoch = self._epoch is not None, page["epoch"]
                if changed:
                    self._sequence = 0
                    continue
            for event in page["events"]:
                self._take(event)
            more = page["more"]

    def _take(self, event):
        self._on_event(self, event)
        self._sequence = event["sequence"]
        if self._place:  # after the work: what was interrupted is done again, not left out
            beside = self._place.with_suffix(".new")
            beside.write_text(f"{self._epoch} {self._sequence}\n")
            beside.replace(self._place)

    def _remembered(self):
        if self._place and self._place.exists():
            epoch, sequence = self._place.read_text().split()
            return epoch, int(sequence)
        return None, 0

    def _connect(self):
        self._query = self._connected(zmq.DEALER, self._query_address)
        while True:
            try:
                addresses = self.ask(op="hello")["addresses"]
                break
            except TimeoutError as error:
                print(error, file=sys.stderr)
        self._feed = self._connected(zmq.SUB, addresses["feed"])
        self._feed.subscribe(b"")  # or b"alert.", b"case.file."; `replay` takes `topics` as well

    def _connected(self, kind, address):
        socket = self._context.socket(kind)
        socket.linger = 0
        if self._keys:
            socket.curve_publickey = self._keys["public_key"].encode()
            socket.curve_secretkey = self._keys["secret_key"].encode()
            socket.curve_serverkey = self._keys["hub_public_key"].encode()
        socket.connect(address)
        return socket


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("query", help="the hub's query address")
    parser.add_argument("--keys", type=pathlib.Path, help="from `gridwall keys new`, where the hub has CURVE")
    parser.add_argument("--place", type=pathlib.Path, help="remembers how far it is")
    parser.add_argument("--file-item", help="files each proposed case under this item")
    given = parser.parse_args()

    def on_event(client, event):
        print(json.dumps(event, ensure_ascii=False), flush=True)
        if given.file_item and event["type"] == "gridwall.case.propose.v1":
            case = event["data"]
            # The version says which case we saw: whoever acts second is refused and told who was first.
            answer = client.ask(
                op="act", act="file", case_id=case["case_id"], version=case["version"],
                item_code=given.file_item, actor="integrator",
            )  # fmt: skip
            if not answer["ok"]:
                print(answer["error"], file=sys.stderr)

    keys = tomllib.loads(given.keys.read_text()) if given.keys else None
    Client(given.query, keys, given.place, on_event).run()


if __name__ == "__main__":
    main()
