// Live: the phone's camera on the command wall, until the inspector ends it. Says truthfully whether
// pictures arrive and whether anybody watches. A lost connection is made again while it is wanted.

import * as queue from "/field/queue.js";
import { render } from "/field/screens.js";
import { button, make, state } from "/field/shared.js";
import { reasonText, say } from "/field/words.js";

const WANTED = { video: { facingMode: "environment", width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 15, max: 15 } }, audio: false };
const GATHER_MS = 2000; // candidates later than this are not waited for
const AGAIN_MS = [1000, 3000, 8000];
const LOOK_MS = 3000;

let stream = null;
let connection = null;
let timer = null;
let tries = 0;
const preview = make("video", { class: "live", playsinline: true, "aria-hidden": "true" });
preview.muted = true;

export async function startLive() {
  if (state.live.phase !== "off" && state.live.phase !== "failed") return;
  set("starting");
  if (!navigator.mediaDevices?.getUserMedia) return set("failed", say("live_insecure"));
  try {
    stream = await navigator.mediaDevices.getUserMedia(WANTED);
  } catch (error) {
    return set("failed", say(error.name === "NotAllowedError" ? "live_denied" : "live_no_camera"));
  }
  for (const track of stream.getTracks()) track.addEventListener("ended", stopLive);
  preview.srcObject = stream;
  preview.play().catch(() => {});
  tries = 0;
  await connect();
}

export async function stopLive() {
  if (!stream) return;
  for (const track of stream.getTracks()) track.stop();
  stream = null;
  preview.srcObject = null;
  hangUp();
  set("off");
  await queue.ask("/field/api/live", { method: "DELETE" }).catch(() => {});
}

function hangUp() {
  clearTimeout(timer);
  connection?.close();
  connection = null;
}

async function connect() {
  hangUp();
  try {
    const known = await (await queue.ask("/field/api/live")).json();
    const mine = (connection = new RTCPeerConnection({ iceServers: known.ice.map((one) => ({ urls: one.urls, username: one.username, credential: one.credential })) }));
    for (const track of stream.getTracks()) mine.addTrack(track, stream);
    mine.addEventListener("connectionstatechange", () => mine === connection && onState(mine.connectionState));
    await mine.setLocalDescription(await mine.createOffer());
    await gathered(mine);
    const answer = await queue.ask("/field/api/live", { method: "POST", body: JSON.stringify({ sdp: mine.localDescription.sdp }), headers: { "Content-Type": "application/json" } });
    const body = await answer.json();
    if (mine !== connection) return;
    if (!answer.ok) {
      stopLive();
      set("failed", reasonText(body.reason, body.error));
      return;
    }
    await mine.setRemoteDescription({ type: "answer", sdp: body.sdp });
    timer = setTimeout(look, LOOK_MS / 3);
  } catch (error) {
    if (error instanceof queue.LinkEnded) { stopLive(); set("failed", say("link_ended")); return; }
    if (stream) again();
  }
}

function gathered(mine) {
  if (mine.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, GATHER_MS);
    mine.addEventListener("icegatheringstatechange", () => mine.iceGatheringState === "complete" && resolve());
  });
}

function onState(now) {
  if (now === "connected") tries = 0;
  if (stream && (now === "failed" || now === "disconnected")) again();
}

function again() {
  set("lost");
  hangUp();
  timer = setTimeout(connect, AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]);
  tries += 1;
}

// What the centre really gets: asked there, not guessed from what the phone sends.
async function look() {
  try {
    const known = await (await queue.ask("/field/api/live")).json();
    if (!stream) return;
    if (!known.is_live && state.live.phase === "on") return again();
    set(known.is_live ? "on" : state.live.phase, "", known.watchers);
  } catch (error) {
    if (!stream) return;
    set("lost");
  }
  timer = setTimeout(look, LOOK_MS);
}

function set(phase, text = "", watchers = 0) {
  const before = JSON.stringify(state.live);
  state.live = { phase, text, watchers };
  if (before !== JSON.stringify(state.live)) render(true);
}

export function liveScreen() {
  const { phase, text, watchers } = state.live;
  const isOn = phase !== "off" && phase !== "failed";
  const line = text || say(phase === "on" && watchers ? "live_watched" : `live_${phase}`);
  return [
    isOn ? preview : null,
    make("p", { class: `line ${phase === "failed" || phase === "lost" ? "red" : phase === "on" ? "green" : ""}`, "data-live": phase, role: "status" }, line),
    make("div", { class: "row" }, isOn ? button("live_stop", stopLive) : button("live_start", startLive, { class: "first" })),
    make("p", { class: "line" }, say("live_more")),
  ].filter(Boolean);
}
