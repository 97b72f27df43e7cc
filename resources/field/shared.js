// Shared: what the page knows, and how an element is made. Holds no decision.

import { say } from "/field/words.js";

export const $ = (id) => document.getElementById(id);

export const state = {
  me: null, tasks: [], asOf: null, waiting: [], fixes: 0, away: "", ended: false, hasLink: false,
  tab: "tasks", caseId: null, form: null, notice: "", sharing: false, here: null, problem: "", route: null,
  unit: null, round: null, live: { phase: "off", text: "", watchers: 0 },
};
export const pictures = new Map(); // SHA-256 or request id → object URL

export const openTask = () => state.tasks.find((task) => task.case_id === state.caseId);

export const pendingOf = (task) => state.waiting.filter((entry) => entry.case_id === task.case_id && !entry.refused);

export const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

export const button = (id, act, attributes = {}) =>
  make("button", { type: "button", "data-do": id, onclick: act, ...attributes }, say(id));
