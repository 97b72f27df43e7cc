// Where: position sharing and the way to the open case. A position goes into the queue first, so that
// a walk without network still ends up in the trail.

import * as queue from "/field/queue.js";
import { metresBetween } from "/field/map.js";
import { recount } from "/field/app.js";
import { render } from "/field/screens.js";
import { openTask, state } from "/field/shared.js";

const FIX_EVERY_MS = 5000; // a position at most this often
const ASK_AGAIN_MS = 20000; // a receiver that says nothing new for so long is asked again
const ROUTE_AGAIN_M = 40; // a new way after walking this far

let watch = null;
let timer = null;
let lastFixMs = 0;
let lastHeardMs = 0;
let wakeLock = null;

export function share(on) {
  state.sharing = on;
  state.problem = "";
  queue.keep("sharing", on);
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
  clearInterval(timer);
  wakeLock?.release().catch(() => {});
  wakeLock = null;
  if (on && !window.isSecureContext) state.problem = "share_insecure";
  else if (on) {
    watch = navigator.geolocation.watchPosition(onPosition, onNoPosition, { enableHighAccuracy: true, maximumAge: 2000 });
    timer = setInterval(look, FIX_EVERY_MS);
    navigator.wakeLock?.request("screen").then((lock) => (wakeLock = lock)).catch(() => {});
  } else state.here = null;
  render();
}

function onPosition({ coords, timestamp }) {
  state.problem = "";
  lastHeardMs = Date.now();
  state.here = {
    at: [coords.latitude, coords.longitude], accuracy_m: coords.accuracy, course_deg: coords.heading,
    speed_mps: coords.speed, ms: timestamp,
  };
  if (timestamp - lastFixMs >= FIX_EVERY_MS) record();
  const task = openTask();
  if (task) findWay(task);
  render();
}

// The newest position into the queue: the last one of a walk as well, and one of who stands still.
async function record() {
  const here = state.here;
  lastFixMs = here.ms;
  await queue.addFix({
    utc: here.ms, lat_deg: here.at[0], lon_deg: here.at[1], speed_mps: here.speed_mps,
    course_deg: Number.isFinite(here.course_deg) ? here.course_deg : null, accuracy_m: here.accuracy_m,
  });
  if (!state.away) queue.drain().then(recount).catch(() => {});
}

function look() {
  if (state.here && state.here.ms > lastFixMs) record();
  else if (Date.now() - lastHeardMs > ASK_AGAIN_MS) {
    navigator.geolocation.getCurrentPosition(onPosition, onNoPosition, { enableHighAccuracy: true, maximumAge: 0 });
  }
}

function onNoPosition(error) {
  if (error.code === error.PERMISSION_DENIED) state.problem = "share_denied";
  render();
}

export async function findWay(task) {
  const known = state.route;
  const here = state.here?.at;
  if (!here || task.lat_deg == null) return;
  if (known?.caseId === task.case_id && metresBetween(known.from, here) < ROUTE_AGAIN_M) return;
  state.route = { caseId: task.case_id, from: here, way: known?.caseId === task.case_id ? known.way : null };
  try {
    const query = new URLSearchParams({ case_id: task.case_id, lat: here[0], lon: here[1] });
    const answer = await queue.ask(`/field/api/route?${query}`);
    if (answer.ok) state.route.way = await answer.json();
  } catch (error) {
    if (!(error instanceof queue.Away)) throw error;
  }
  render(true);
}
