// Findings: what an inspector tells of the spot they stand at: something wrong, or a check point.

import { sendCheckpoint, sendReport, takePhoto } from "/field/app.js";
import { render, sharing } from "/field/screens.js";
import { button, make, state } from "/field/shared.js";
import { isChinese, say } from "/field/words.js";

const EMPTY = { report: { item: "", text: "", photo: null }, checkpoint: { kind: "", name: "" } };

function begin(act) {
  state.form = { act, ...EMPTY[act] };
}

export function findingScreen() {
  if (!EMPTY[state.form?.act]) begin("report");
  const choice = (act) => make("button", {
    type: "button", "data-finding": act, "aria-pressed": String(state.form.act === act),
    onclick: () => { begin(act); state.notice = ""; render(true); },
  }, say(`finding_${act}`));
  const choices = state.me?.may_register ? [make("div", { class: "units" }, choice("report"), choice("checkpoint"))] : [];
  return [sharing(), ...choices, ...(state.form.act === "report" ? report() : checkpoint())];
}

function whereLine() {
  const at = state.here;
  const text = at ? say("report_place", `${at.at[0].toFixed(5)}, ${at.at[1].toFixed(5)} ±${Math.round(at.accuracy_m)} m`) : say("report_no_place");
  return make("p", { class: "line" }, text);
}

function report() {
  const form = state.form;
  const select = make("select", { "aria-label": say("item"), onchange: (event) => (form.item = event.target.value) },
    make("option", { value: "" }, say("item_unknown")),
    ...(state.me?.items ?? []).map((item) => make("option", { value: item.code }, isChinese() ? item.zh : item.en || item.zh)));
  select.value = form.item;
  const text = make("textarea", { placeholder: say("found_hint"), "aria-label": say("found"), oninput: (event) => (form.text = event.target.value) });
  text.value = form.text;
  return [
    make("h2", {}, say("item")), select, make("h2", {}, say("found")), text,
    form.photo ? make("div", { class: "pictures" }, make("figure", {}, make("img", { src: URL.createObjectURL(form.photo), alt: say("kind_finding") }))) : "",
    whereLine(),
    make("div", { class: "row" }, button("photo_finding", () => takePhoto({ task: null, kind: "finding" })),
      button("send_report", sendReport, { class: "first", disabled: !state.here, title: state.here ? null : say("report_no_place") })),
  ].filter(Boolean);
}

// A class is chosen or written: the first point of a class is registered by somebody, too.
function checkpoint() {
  const form = state.form;
  const input = (name, label, more = {}) => {
    const one = make("input", { type: "text", maxlength: 60, placeholder: say(label), "aria-label": say(label), oninput: (event) => (form[name] = event.target.value), ...more });
    one.value = form[name];
    return one;
  };
  return [
    make("h2", {}, say("point_class")), input("kind", "point_class_hint", { list: "classes" }),
    make("datalist", { id: "classes" }, ...(state.me?.checkpoint_classes ?? []).map((name) => make("option", { value: name }))),
    make("h2", {}, say("point_name")), input("name", "point_name_hint"),
    whereLine(), make("p", { class: "line" }, say("point_duty")),
    make("div", { class: "row" }, button("send_point", sendCheckpoint, { class: "first", disabled: !state.here, title: state.here ? null : say("report_no_place") })),
  ];
}
