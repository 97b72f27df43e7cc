// Screens: what the inspector sees, made anew from the state. Texts go in as text, never as markup.

import * as queue from "/field/queue.js";
import { doAct, picture, recount, sayState, start, takePhoto, tokenOf } from "/field/app.js";
import { findingScreen } from "/field/findings.js";
import { roundRows } from "/field/round.js";
import { liveScreen } from "/field/live.js";
import { draw, metresBetween } from "/field/map.js";
import { $, button, make, openTask, pendingOf, pictures, state } from "/field/shared.js";
import { findWay, share } from "/field/where.js";
import { clock, distance, duration, isChinese, reasonText, say } from "/field/words.js";

let shownKey = "";

function stateWord(task) {
  if (task.state === "handling" && task.arrived_utc) return say("arrived");
  return say(task.state);
}

function due(task) {
  if (!task.step_due_utc) return null;
  const left = (new Date(task.step_due_utc) - Date.now()) / 1000;
  const light = left < 0 ? "red" : task.step_amber_utc && new Date(task.step_amber_utc) < new Date() ? "amber" : "green";
  return { light, text: left < 0 ? say("late", duration(-left)) : say("left", duration(left)) };
}

function itemName(code) {
  const item = state.me?.items.find((one) => one.code === code);
  return item ? (isChinese() ? item.zh : item.en || item.zh) : "";
}

export function goTo(tab, caseId = null) {
  Object.assign(state, { tab, caseId, form: null, notice: "" });
  state.route = state.route?.caseId === caseId ? state.route : null;
  render(true);
  const task = openTask();
  if (task) findWay(task);
}

export function render(always = false) {
  $("name").textContent = state.me ? state.me.name : say("title");
  $("grid").textContent = state.me ? [state.me.site, state.me.grid].filter(Boolean).join(" · ") : "";
  $("lang").textContent = say("other_language");
  const net = $("net");
  const offline = state.away === "network" || !navigator.onLine;
  net.textContent = offline ? say("offline") : state.away ? say("hub_away") : say("online");
  net.className = `chip ${offline ? "bad" : state.away ? "warn" : state.me ? "good" : ""}`;
  const notice = state.notice || (state.ended && state.hasLink ? say("link_ended") : "");
  $("notice").textContent = notice;
  $("notice").hidden = !notice;
  for (const tab of document.querySelectorAll("nav button")) {
    const count = tab.dataset.tab === "tasks" ? state.tasks.length : tab.dataset.tab === "outbox" ? state.waiting.length : 0;
    tab.textContent = say(tab.dataset.tab) + (count ? ` ${count}` : "");
    if (tab.dataset.tab === "live") tab.classList.toggle("red", state.live.phase === "on");
    if (tab.dataset.tab === state.tab) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  // Somebody who is writing is not interrupted by a task list that comes every few seconds.
  const key = JSON.stringify([state.tab, state.caseId, state.form && state.form.act]);
  const isWriting = ["TEXTAREA", "SELECT", "INPUT"].includes(document.activeElement?.tagName);
  if (!always && key === shownKey && (isWriting || state.form)) return;
  const top = key === shownKey ? $("main").scrollTop : 0;
  const writing = isWriting && key === shownKey ? document.activeElement : null;
  shownKey = key;
  $("main").replaceChildren(...screen());
  $("main").scrollTop = top;
  if (writing) writeOn(writing);
  const canvas = document.querySelector("canvas");
  if (canvas) drawWay(canvas);
}

// Who was typing goes on where they were, in the field that is there now.
function writeOn(old) {
  const label = old.getAttribute("aria-label");
  const same = [...$("main").querySelectorAll(old.tagName)].find((one) => one.getAttribute("aria-label") === label);
  same?.focus({ preventScroll: true });
  if (same?.setSelectionRange && old.selectionStart != null) same.setSelectionRange(old.selectionStart, old.selectionEnd);
}

function screen() {
  if (!state.hasLink || (state.ended && !state.me)) return welcome();
  if (state.tab === "report") return findingScreen();
  if (state.tab === "live") return liveScreen();
  if (state.tab === "outbox") return outboxScreen();
  const task = openTask();
  return task ? taskScreen(task) : taskList();
}

function welcome() {
  const input = make("input", { type: "url", placeholder: "https://…/field/#t=…", "aria-label": say("paste_link") });
  const open = () => {
    const token = tokenOf(input.value);
    if (token) start(token);
    else Object.assign(state, { notice: say("wrong_link") }), render();
  };
  return [make("p", { class: "empty" }, say("no_link")), input, make("div", { class: "row" }, button("open", open, { class: "first" }))];
}

export function sharing() {
  const at = state.here;
  let text = say("share_off");
  if (state.sharing) text = at ? say("share_on", Math.round(at.accuracy_m), clock(at.ms)) : say("share_wait");
  if (state.problem) text = say(state.problem);
  return make("div", { class: "switch" },
    make("div", {}, say("share"), make("div", { class: `line ${state.problem ? "alarm" : ""}` }, text)),
    button(state.sharing ? "turn_off" : "turn_on", () => share(!state.sharing), { class: state.sharing ? "" : "first", "data-do": "share" }));
}

// What I am doing: set by hand only while no case decides it.
function unitRow() {
  const now = state.unit?.state ?? "available";
  const onCase = ["called", "en_route", "on_scene"].includes(now);
  const choice = (one) => make("button", {
    type: "button", "data-unit": one, "aria-pressed": String(now === one), disabled: onCase || Boolean(state.away),
    title: onCase ? say("unit_on_case") : null, onclick: () => sayState(one),
  }, say(`unit_${one}`));
  return make("div", { class: "units" }, ...["available", "busy", "off"].map(choice),
    onCase ? make("span", { class: "line" }, say(`unit_${now}`)) : "");
}

function taskList() {
  const round = roundRows();
  const asOf = state.asOf && state.away ? make("p", { class: "line" }, say("as_of", clock(state.asOf))) : null;
  if (!state.tasks.length) return [sharing(), unitRow(), asOf, make("p", { class: "empty" }, say("no_tasks"), make("br"), say("no_tasks_more")), ...round].filter(Boolean);
  return [sharing(), unitRow(), asOf, ...state.tasks.map(card), ...round].filter(Boolean);
}

function card(task) {
  const limit = due(task);
  const parts = [task.is_helper && say("helper"), stateWord(task), itemName(task.item_code)].filter(Boolean).join(" · ");
  const waits = pendingOf(task).length;
  return make("button", { type: "button", class: `card ${limit ? limit.light : ""}`, "data-case": task.case_id, onclick: () => goTo("tasks", task.case_id) },
    make("b", { class: task.priority === 1 ? "alarm" : "" }, (task.priority === 1 ? `${say("priority_1")} · ` : "") + task.title),
    make("div", { class: "line" }, parts, limit && task.state !== "verifying" ? make("span", { class: limit.light }, ` · ${limit.text}`) : ""),
    make("div", { class: "line" }, [away(task), task.grid && say("grid", task.grid), waits && say("waiting")].filter(Boolean).join(" · ")));
}

function away(task) {
  if (!state.here || task.lat_deg == null) return "";
  const way = state.route?.caseId === task.case_id ? state.route.way : null;
  if (way) return say("away", distance(way.distance_m), duration(way.eta_s)) + (way.by_road ? "" : ` (${say("straight")})`);
  return distance(metresBetween(state.here.at, [task.lat_deg, task.lon_deg]));
}

function taskScreen(task) {
  const limit = due(task);
  const waiting = pendingOf(task);
  return [
    make("button", { type: "button", class: "plain", "data-do": "back", onclick: () => goTo("tasks") }, `‹ ${say("back")}`),
    make("h1", {}, task.title),
    make("div", { class: "line" }, [task.case_id, itemName(task.item_code), task.grid].filter(Boolean).join(" · ")),
    make("div", { class: "line", "data-state": task.state }, stateWord(task),
      limit && task.state !== "verifying" ? make("span", { class: limit.light }, ` · ${limit.text}`) : "",
      waiting.length ? make("span", { class: "amber" }, ` · ${say("waiting")} ${waiting.length}`) : ""),
    task.note && !/^\w+\.\w+( \w+=\S+)*$/.test(task.note) ? make("p", {}, task.note) : "",
    ...acts(task, waiting.map((entry) => entry.act)),
    ...wayTo(task),
    ...photosOf(task, waiting),
  ].filter(Boolean);
}

function acts(task, waiting) {
  if (state.form?.act) return actForm(task);
  const can = (act) => task.acts.includes(act) && !waiting.includes(act);
  const next = ["accept", "arrive", "feedback"].find((act) => can(act) && !(act === "arrive" && task.arrived_utc) && !(act !== "accept" && waiting.includes("feedback")));
  const ask = (act) => () => { state.form = { act, text: "" }; render(true); };
  const first = !next ? null : button(next, next === "feedback" ? ask(next) : () => doAct(task, next), { class: "first" });
  const others = ["feedback", "return"].filter((act) => act !== next && can(act) && task.state !== "verifying").map((act) => button(act, ask(act)));
  const snap = (kind) => button(`photo_${kind}`, () => takePhoto({ task, kind }));
  return [
    first && make("div", { class: "row" }, first),
    task.acts.includes("photo") && make("div", { class: "row" }, snap("before"), snap("after")),
    others.length ? make("div", { class: "row" }, ...others) : null,
  ].filter(Boolean);
}

function actForm(task) {
  const { act } = state.form;
  const text = make("textarea", { placeholder: say(`${act}_hint`), "aria-label": say(`${act}_hint`), oninput: (event) => (state.form.text = event.target.value) });
  text.value = state.form.text;
  const done = () => {
    const note = state.form.text.trim();
    if (act === "return" && !note) { state.notice = say("reason_needed"); render(); return; }
    state.form = null;
    state.notice = "";
    doAct(task, act, note ? { note } : {});
  };
  const no = () => { state.form = null; state.notice = ""; render(true); };
  return [make("h2", {}, say(act)), text, make("div", { class: "row" }, button("cancel", no), button("send", done, { class: "first" }))];
}

function wayTo(task) {
  if (task.lat_deg == null) return [make("p", { class: "line" }, say("no_place"))];
  const [lat, lon] = [task.lat_deg, task.lon_deg];
  const name = encodeURIComponent(task.title);
  const links = [
    [say("phone_map"), `geo:${lat},${lon}?q=${lat},${lon}(${name})`],
    [say("amap"), `https://uri.amap.com/navigation?to=${lon},${lat},${name}&mode=ride&coordinate=wgs84`],
    ["OsmAnd", `https://osmand.net/go?lat=${lat}&lon=${lon}&z=17`],
  ].map(([label, href]) => make("a", { class: "button", href, rel: "noreferrer", target: "_blank" }, label));
  return [
    make("h2", {}, say("navigate")),
    make("div", { class: "line number", id: "way" }, away(task) || say("need_position")),
    state.here && make("canvas", { "data-case": task.case_id, role: "img", "aria-label": say("navigate") }),
    make("h2", {}, say("other_maps")), make("div", { class: "row" }, ...links),
  ].filter(Boolean);
}

function drawWay(canvas) {
  const task = openTask();
  const way = state.route?.caseId === task.case_id ? state.route.way : null;
  const route = way && way.by_road ? way : null;
  draw(canvas, { route, target: [task.lat_deg, task.lon_deg], me: state.here?.at, courseDeg: state.here?.course_deg });
}

function photosOf(task, waiting) {
  const shown = [
    ...task.pictures.slice(0, 1).map((sha) => [sha, "kind_alert"]),
    ...task.photos.map((photo) => [photo.sha, `kind_${photo.kind}`]),
  ].map(([sha, kind]) => {
    picture(sha);
    return make("figure", {}, make("img", { src: pictures.get(sha) || false, alt: say(kind) }), make("figcaption", {}, say(kind)));
  });
  const kept = waiting.filter((entry) => entry.photo).map((entry) => {
    if (!pictures.has(entry.request_id)) pictures.set(entry.request_id, URL.createObjectURL(entry.photo));
    return make("figure", {}, make("img", { src: pictures.get(entry.request_id), alt: "" }), make("figcaption", {}, say("waiting")));
  });
  return shown.length + kept.length ? [make("h2", {}, say("photos")), make("div", { class: "pictures" }, ...shown, ...kept)] : [];
}

function outboxScreen() {
  const rows = state.waiting.map((entry) => make("div", { class: `card ${entry.refused ? "red" : "amber"}` },
    make("b", {}, [say(entry.act), entry.case_id].filter(Boolean).join(" · ")),
    make("div", { class: "line" }, clock(entry.made_utc), " · ", entry.refused ? say("refused", reasonText(entry.refused.reason, entry.refused.error)) : say("waiting")),
    entry.refused ? make("div", { class: "row" }, button("remove", () => queue.remove(entry.order).then(recount).then(() => render(true)))) : ""));
  const fixes = state.fixes ? make("p", { class: "line" }, say("fixes_waiting", state.fixes)) : "";
  if (!rows.length) return [make("p", { class: "empty" }, say("outbox_empty"), make("br"), say("outbox_more")), fixes].filter(Boolean);
  return [...rows, fixes, make("p", { class: "line" }, say("outbox_more"))].filter(Boolean);
}
