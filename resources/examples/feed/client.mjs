// An integrator's client of a gridwall feed with the `zeromq` package and nothing else: receive, replay, act.
//
//   npm install && node client.mjs tcp://127.0.0.1:7402 [--place seen.txt] [--keys FILE] [--file-item 0101]
//
// Prints every durable event once, in order, as one JSON line, and remembers in --place how far it is.
// With --file-item it files each proposed case under that item. See client.py for the reasons.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Dealer, Subscriber } from "zeromq";

const ANSWER_MS = 10_000;
const SILENCE_MS = 10_000;

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { place: { type: "string" }, keys: { type: "string" }, "file-item": { type: "string" } },
});
const queryAddress = positionals[0];
if (!queryAddress) {
  console.error("usage: node client.mjs QUERY-ADDRESS [--place FILE] [--keys FILE] [--file-item CODE]");
  process.exit(2);
}

/** A key file of `gridwall keys new` is a few lines `name = "value"`. */
function keysOf(file) {
  const text = readFileSync(file, "utf8");
  const value = (name) => JSON.parse(text.match(new RegExp(`^${name} = (".*")$`, "m"))[1]);
  return {
    curvePublicKey: value("public_key"),
    curveSecretKey: value("secret_key"),
    curveServerKey: value("hub_public_key"),
  };
}
const curve = given.keys ? keysOf(given.keys) : {};

/** Asks the hub; answers are matched by id, each has a deadline. */
class Query {
  #socket;
  #waiting = new Map();
  #number = 0;
  #sending = Promise.resolve();

  constructor(address) {
    this.#socket = new Dealer({ linger: 0, ...curve });
    this.#socket.connect(address);
    this.#receive();
  }

  ask(request) {
    const id = String(++this.#number);
    const answer = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`no answer to ${request.op}`)); // it may have been done or not
      }, ANSWER_MS);
      this.#waiting.set(id, { resolve, timer });
    });
    // One send at a time: the package refuses a second while the first waits for the hub.
    this.#sending = this.#sending.then(() => this.#socket.send(["", id, JSON.stringify(request)]));
    return answer;
  }

  async #receive() {
    for await (const [, id, body] of this.#socket) {
      const waiting = this.#waiting.get(id.toString());
      if (!waiting) continue;
      this.#waiting.delete(id.toString());
      clearTimeout(waiting.timer);
      waiting.resolve(JSON.parse(body.toString()));
    }
  }
}

class Client {
  #query = new Query(queryAddress);
  #epoch = null;
  #sequence = 0;

  constructor() {
    if (given.place && existsSync(given.place)) {
      const [epoch, sequence] = readFileSync(given.place, "utf8").trim().split(" ");
      [this.#epoch, this.#sequence] = [epoch, Number(sequence)];
    }
  }

  async run() {
    for (;;) {
      const { addresses } = await this.#untilAnswered({ op: "hello" });
      const feed = new Subscriber({ linger: 0, receiveTimeout: SILENCE_MS, ...curve });
      feed.connect(addresses.feed);
      feed.subscribe(); // or "alert.", "case.file."; `replay` takes `topics` as well
      await this.#catchUp();
      try {
        await this.#follow(feed);
      } catch (error) {
        if (error.code !== "EAGAIN") throw error; // silence: connect anew
      }
      feed.close();
    }
  }

  async #follow(feed) {
    for (;;) {
      const [topic, body] = await feed.receive();
      const event = JSON.parse(body.toString());
      if (topic.toString().startsWith("heartbeat.")) {
        const { epoch, sequence } = event.data;
        if (epoch !== this.#epoch || sequence > this.#sequence) await this.#catchUp();
      } else if (event.sequence === undefined) {
        continue; // ephemeral: a position; it has no place in the order
      } else if (event.epoch === this.#epoch && event.sequence === this.#sequence + 1) {
        await this.#take(event);
      } else if (event.epoch !== this.#epoch || event.sequence > this.#sequence) {
        await this.#catchUp();
      }
    }
  }

  /** Everything after the last event taken, page by page. */
  async #catchUp() {
    for (let more = true; more; ) {
      const page = await this.#untilAnswered({ op: "replay", from: this.#sequence + 1, limit: 2000 });
      if (page.epoch !== this.#epoch) {
        const changed = this.#epoch !== null; // another log: a backup was restored
        this.#epoch = page.epoch;
        if (changed) {
          this.#sequence = 0;
          continue;
        }
      }
      for (const event of page.events) await this.#take(event);
      more = page.more;
    }
  }

  async #take(event) {
    await onEvent(this, event);
    this.#sequence = event.sequence;
    if (given.place) {
      writeFileSync(`${given.place}.new`, `${this.#epoch} ${this.#sequence}\n`);
      renameSync(`${given.place}.new`, given.place);
    }
  }

  ask(request) {
    return this.#query.ask(request);
  }

  async #untilAnswered(request) {
    for (;;) {
      try {
        const answer = await this.ask(request);
        if (answer.ok) return answer;
        console.error(answer.error);
      } catch (error) {
        console.error(error.message);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function onEvent(client, event) {
  console.log(JSON.stringify(event));
  if (given["file-item"] && event.type === "gridwall.case.propose.v1") {
    // The version says which case we saw: whoever acts second is refused and told who was first.
    const { case_id, version } = event.data;
    const act = { op: "act", act: "file", item_code: given["file-item"], actor: "integrator" };
    const answer = await client.ask({ ...act, case_id, version });
    if (!answer.ok) console.error(answer.error);
  }
}

await new Client().run();
