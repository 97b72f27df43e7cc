// Round: the inspector's patrol of today: points in their order, what is visited, how long.

import * as queue from "/field/queue.js";
import { metresBetween } from "/field/map.js";
import { render } from "/field/screens.js";
import { make, state } from "/field/shared.js";
import { clock, distance, duration, say } from "/field/words.js";

const LOOK_MS = 20000; // the hub reads a trail for it

let lookedMs = 0;

// Asked for beside the tasks, not with every look.
export async function lookRound() {
  if (Date.now() - lookedMs < LOOK_MS) return;
  lookedMs = Date.now();
  try {
    const answer = await queue.ask("/field/api/round");
    if (!answer.ok) return;
    state.round = (await answer.json()).round;
    await queue.keep("round", state.round);
    render();
  } catch (error) {
    if (!(error instanceof queue.Away) && !(error instanceof queue.LinkEnded)) throw error;
  }
}

export function roundRows() {
  const round = state.round;
  if (!round) return [];
  const from = clock(round.from_ms).slice(0, 5);
  const until = clock(round.until_ms).slice(0, 5);
  const isShort = round.patrolled_s < round.least_s;
  const head = [`${from}–${until}`, say(`round_${round.state}`), say("round_visited", round.visited, round.count)].join(" · ");
  const time = say("round_time", duration(round.patrolled_s), duration(round.least_s));
  return [
    make("h2", {}, round.name), make("div", { class: "line" }, head),
    make("div", { class: `line ${round.state === "ended" && isShort ? "amber" : ""}` }, time),
    make("ol", { class: "points" }, ...round.points.map(row)),
  ];
}

function row(point) {
  const far = state.here && !point.visited_ms ? distance(metresBetween(state.here.at, [point.lat_deg, point.lon_deg])) : "";
  const seen = point.visited_ms ? `✓ ${clock(point.visited_ms).slice(0, 5)}` : far;
  return make("li", { class: point.visited_ms ? "green" : "", "data-point": point.id },
    make("a", { href: `geo:${point.lat_deg},${point.lon_deg}?q=${point.lat_deg},${point.lon_deg}(${encodeURIComponent(point.name)})`, rel: "noreferrer" }, point.name),
    make("span", { class: "line" }, ` ${point.class} ${seen}`));
}
