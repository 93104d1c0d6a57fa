// The guided tour's button, and the tour while it runs; see tour/story.js for what it tells.

import { fill, h, icon, toast } from "./dom.js";
import { onLanguage, t } from "./words.js";
import { Player } from "./tour/player.js";
import { STEPS } from "./tour/story.js";

let player = null;
let place = null;

export function mount(root) {
  place = root;
  draw();
  onLanguage(draw);
}

function draw() {
  const focused = place.contains(document.activeElement);
  const words = t(player ? "tour.stop" : "tour.start");
  const button = h("button", {
    type: "button", id: "tour-button", class: player ? "" : "primary", "aria-controls": "tour", "aria-expanded": String(Boolean(player)),
    onclick: () => (player ? player.end() : begin()),
  }, icon(player ? "close" : "play", { size: 16 }), h("span", {}, words));
  fill(place, button);
  if (focused) button.focus();
}

function begin() {
  player = new Player(STEPS, document.getElementById("tour"), ({ focused }) => {
    player = null;
    draw();
    if (focused) document.getElementById("tour-button").focus();
    toast(t("tour.taken"));
  });
  draw();
  player.play();
  player.card.next.focus(); // the card is a dialog that a person has opened
}
