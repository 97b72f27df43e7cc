// The field page: tasks, acts, photos, reports and position sharing of one inspector. Shows what the
// hub last said plus what still waits on the phone; decides nothing about cases.

import * as queue from "/field/queue.js";
import { goTo, render } from "/field/screens.js";
import { lookRound } from "/field/round.js";
import { $, make, pictures, randomId, state } from "/field/shared.js";
import { share } from "/field/where.js";
import { isChinese, say, setLanguage } from "/field/words.js";

const LOOK_MS = 5000; // tasks are asked for this often while the page is seen
const RETRY_MS = [2000, 5000, 15000, 30000]; // between tries while the network or the hub is away
const PHOTO_PX = 1600; // longest side of a photo that is sent

let tries = 0;
let timer = 0;
let photoWanted = null;

// --- with the hub ---------------------------------------------------------------------------

async function look() {
  clearTimeout(timer);
  let wait = LOOK_MS;
  try {
    await queue.drain();
    if (!state.me) {
      state.me = await (await queue.ask("/field/api/me")).json();
      await queue.keep("me", state.me);
    }
    const answer = await (await queue.ask("/field/api/tasks")).json();
    const known = new Set(state.tasks.map((task) => task.case_id));
    if (answer.tasks.some((task) => !known.has(task.case_id))) buzz();
    state.tasks = answer.tasks;
    state.unit = answer.unit;
    state.asOf = new Date().toISOString();
    await queue.keep("tasks", { tasks: state.tasks, asOf: state.asOf });
    state.away = "";
    state.ended = false;
    tries = 0;
    lookRound();
  } catch (error) {
    if (error instanceof queue.LinkEnded) state.ended = true;
    else if (error instanceof queue.Away) state.away = error.message;
    else throw error;
    wait = RETRY_MS[Math.min(tries, RETRY_MS.length - 1)];
    tries += 1;
  } finally {
    await recount();
    if (!document.hidden || state.waiting.length) timer = setTimeout(look, wait);
    render();
  }
}

function buzz() {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([200, 100, 200]);
}

export async function recount() {
  state.waiting = await queue.outbox();
  state.fixes = await queue.fixCount();
}

async function put(entry) {
  await queue.add({ request_id: randomId(), ...entry });
  await recount();
  render();
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => null);
  registration?.sync?.register("field-outbox").catch(() => {});
  look();
}

export const doAct = (task, act, json = {}) =>
  put({ act, case_id: task.case_id, path: "/field/api/act", json: { act, case_id: task.case_id, ...json } });

// Said now or not at all: a state from an hour ago would be a lie.
export async function sayState(wanted) {
  try {
    const answer = await queue.ask("/field/api/unit", {
      method: "POST", body: JSON.stringify({ state: wanted }), headers: { "Content-Type": "application/json" },
    });
    if (answer.ok) state.unit = (await answer.json()).unit;
    state.notice = answer.ok ? "" : say("unit_refused");
  } catch (error) {
    if (!(error instanceof queue.Away)) throw error;
    state.notice = say("unit_away");
  }
  render(true);
}

export async function picture(sha) {
  if (!pictures.has(sha)) {
    pictures.set(sha, "");
    try {
      const answer = await queue.ask(`/field/api/evidence/${sha}`);
      if (!answer.ok) return;
      pictures.set(sha, URL.createObjectURL(await answer.blob()));
      render(true);
    } catch (error) {
      pictures.delete(sha);
    }
  }
}

// --- photos and reports -----------------------------------------------------------------------

export function takePhoto(wanted) {
  photoWanted = wanted;
  $("camera").value = "";
  $("camera").click();
}

async function onPhoto(event) {
  const file = event.target.files[0];
  if (!file || !photoWanted) return;
  const { task, kind } = photoWanted;
  const photo = await smaller(file);
  if (!task) {
    state.form.photo = photo;
    render(true);
    return;
  }
  await put({ act: "photo", case_id: task.case_id, path: "/field/api/photo", photo, query: { case_id: task.case_id, photo_kind: kind } });
}

async function smaller(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, PHOTO_PX / Math.max(image.width, image.height));
  const canvas = make("canvas");
  canvas.width = Math.round(image.width * share);
  canvas.height = Math.round(image.height * share);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
}

export async function sendReport() {
  const { item, text, photo } = state.form;
  if (!item && !text.trim()) { state.notice = say("report_needs"); render(); return; }
  const [lat_deg, lon_deg] = state.here.at;
  const request_id = randomId();
  await queue.add({ request_id, act: "report", case_id: null, path: "/field/api/report", json: { item_code: item || null, text: text.trim(), lat_deg, lon_deg } });
  if (photo) await queue.add({ request_id: randomId(), act: "photo", case_id: null, path: "/field/api/photo", photo, query: { report_id: request_id, photo_kind: "finding" } });
  Object.assign(state, { form: null, notice: say("report_kept"), tab: "outbox" });
  await recount();
  render(true);
  await look();
  if (!state.waiting.length) goTo("tasks");
}

export async function sendCheckpoint() {
  const [kind, name] = [state.form.kind.trim(), state.form.name.trim()];
  if (!kind || !name) { state.notice = say("point_needs"); render(); return; }
  const { at: [lat_deg, lon_deg], accuracy_m } = state.here;
  await queue.add({ request_id: randomId(), act: "checkpoint", case_id: null, path: "/field/api/checkpoint", json: { checkpoint_class: kind, name, lat_deg, lon_deg, accuracy_m } });
  Object.assign(state, { form: null, notice: say("report_kept"), tab: "outbox" });
  await recount();
  render(true);
  await look();
  if (state.waiting.length) return;
  goTo("report");
  state.notice = say("point_kept", name);
  render(true);
}

// --- start ----------------------------------------------------------------------------------

export const tokenOf = (text) => /#t=([\w-]{20,100})/.exec(text)?.[1] ?? "";

export async function start(token) {
  if (token && token !== (await queue.kept("token"))) {
    await queue.forget();
    await queue.keep("token", token);
    Object.assign(state, { me: null, tasks: [], ended: false, notice: "" });
  }
  state.hasLink = Boolean(await queue.kept("token"));
  const known = await queue.kept("tasks");
  state.me = (await queue.kept("me")) ?? null;
  state.round = (await queue.kept("round")) ?? null;
  state.tasks = known?.tasks ?? [];
  state.asOf = known?.asOf ?? null;
  render(true);
  if (await queue.kept("sharing")) share(true);
  if (state.hasLink) await look();
}

async function main() {
  setLanguage((await queue.kept("language").catch(() => null)) ?? (navigator.language.startsWith("zh") ? "zh" : "en"));
  const token = tokenOf(location.hash);
  if (token) history.replaceState(null, "", "/field/"); // the secret does not stay in the address bar
  $("lang").addEventListener("click", async () => {
    setLanguage(isChinese() ? "en" : "zh");
    await queue.keep("language", isChinese() ? "zh" : "en");
    render(true);
  });
  for (const tab of document.querySelectorAll("nav button")) tab.addEventListener("click", () => goTo(tab.dataset.tab));
  $("camera").addEventListener("change", onPhoto);
  window.addEventListener("online", look);
  window.addEventListener("offline", () => render());
  document.addEventListener("visibilitychange", () => !document.hidden && look());
  navigator.serviceWorker?.register("/field/sw.js", { type: "module", scope: "/field/" }).catch(() => {});
  try {
    await start(token);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    state.notice = say("storage");
    render(true);
  }
}

main();
