// What is offered above the field: the bot's commands after "/", the bot's own results after "@bot ".

import { fill, h } from "../dom.js";
import { state } from "../world.js";
import { t } from "../words.js";
import { sentence } from "./refusals.js";

const PATIENCE = 300; // milliseconds of silence before the bot is asked
let lists = 0;

export class Suggestions {
  constructor(composer) {
    Object.assign(this, { composer, items: [], at: -1, asked: 0, waiting: 0, forced: false });
    this.id = `suggestions-${(lists += 1)}`;
    this.list = h("div", { class: "options", role: "listbox", id: this.id });
    this.note = h("div", { class: "note soft", role: "status" });
    this.element = h("div", { class: "suggestions", hidden: true }, this.note, this.list);
    const { field } = composer;
    for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": this.id })) field.setAttribute(name, value);
  }

  toggleCommands() {
    this.forced = this.element.hidden;
    if (this.forced) this.offerCommands("");
    else this.close();
    this.composer.field.focus();
  }

  // After every change of the words in the field.
  follow() {
    const text = this.composer.field.value;
    clearTimeout(this.waiting);
    this.asked += 1;
    const command = /^\/([\w@]*)$/.exec(text);
    const inline = new RegExp(`^@${state.bot.username}\\s(.*)$`, "is").exec(text);
    if (command && !this.composer.editing) this.offerCommands(command[1].toLowerCase());
    else if (inline && state.inline_mode && !this.composer.editing) this.askBot(inline[1]);
    else if (!this.forced || text) this.close();
  }

  offerCommands(begun) {
    const known = this.composer.commands.filter((one) => one.command.startsWith(begun));
    this.show(known.map(({ command, description }) => ({
      title: `/${command}`, note: description, run: () => this.take(`/${command}`), complete: `/${command} `,
    })), "");
  }

  take(words) {
    this.composer.fill("");
    this.close();
    this.composer.say(words);
  }

  askBot(text) {
    const asked = this.asked;
    this.waiting = setTimeout(async () => {
      this.show([], t("chat.asking"));
      try {
        const { query, results } = await this.composer.askInline(text);
        if (asked !== this.asked) return;
        const items = results.map((one) => ({ title: one.title, note: one.description, run: () => this.composer.chooseInline(query, one.id) }));
        this.show(items, items.length ? "" : t("chat.nothing_offered"));
      } catch (error) {
        if (asked === this.asked) this.show([], sentence(error));
      }
    }, PATIENCE);
  }

  show(items, note) {
    this.items = items;
    this.at = items.length ? 0 : -1;
    this.note.textContent = note;
    this.note.hidden = !note;
    this.element.hidden = !items.length && !note;
    this.list.setAttribute("aria-label", t("chat.suggestions"));
    fill(this.list, items.map((item, index) => h("div", {
      class: "option", role: "option", id: `${this.id}-${index}`, onclick: () => item.run(), onmousedown: (event) => event.preventDefault(),
    }, h("b", {}, item.title), h("span", { class: "soft" }, item.note))));
    this.mark();
  }

  close() {
    this.forced = false;
    this.items = [];
    this.element.hidden = true;
    this.mark();
  }

  mark() {
    const { field } = this.composer;
    // While there is a list the field is one that chooses from it; otherwise it is a field of several lines.
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "true"]]) {
      if (this.items.length) field.setAttribute(name, value);
      else field.removeAttribute(name);
    }
    if (this.at >= 0 && this.items.length) field.setAttribute("aria-activedescendant", `${this.id}-${this.at}`);
    else field.removeAttribute("aria-activedescendant");
    for (const [index, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(index === this.at));
      if (index === this.at) option.scrollIntoView({ block: "nearest" });
    }
  }

  // True when the key was meant for the list.
  key(event) {
    if (this.element.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.close();
    else if (!this.items.length) return false;
    else if (step) { this.at = (this.at + step + this.items.length) % this.items.length; this.mark(); }
    else if (event.key === "Tab" && !event.shiftKey && this.items[this.at].complete) this.composer.fill(this.items[this.at].complete);
    else if (event.key === "Enter" && !event.shiftKey) this.items[this.at].run();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
