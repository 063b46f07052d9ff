/* A large file, sent in pieces: what broke off goes on where it stood. Without this the form sends the file at once.

   <form data-upload="where an upload begins" data-piece="bytes"> with a file field; [data-bar], [data-told], [data-wrong]
   beside it. The texts stand in data-sending, data-again, data-broken, data-empty of the form. */
"use strict";

const WAITS = [1, 2, 4, 8, 15, 30];

function pause(seconds) {
  return new Promise((done) => setTimeout(done, seconds * 1000));
}

class Upload {
  constructor(form, file) {
    this.form = form;
    this.file = file;
    this.token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    this.bar = form.querySelector("[data-bar]");
    this.told = form.querySelector("[data-told]");
    this.wrong = form.querySelector("[data-wrong]");
  }

  /** Begin, or find what broke off; then send what is missing, and go to the page of the import. */
  async run() {
    let begun = await this.ask(this.form.dataset.upload, this.named());
    if (begun.stands_at && !(await this.isSame(begun))) {
      begun = await this.ask(this.form.dataset.upload, this.named({ anew: "1" }));
    }
    let at = begun.stands_at;
    const began = { at, when: performance.now() };
    this.bar.max = this.file.size;
    this.bar.closest("[hidden]")?.removeAttribute("hidden");
    while (at < this.file.size) {
      this.show(at, began);
      const piece = this.file.slice(at, at + Number(this.form.dataset.piece));
      const answer = await this.ask(`${begun.pieces}?offset=${at}`, piece);
      at = answer.stands_at;
    }
    this.show(at, began);
    location.assign(begun.page);
  }

  named(more = {}) {
    const body = new FormData();
    body.set("name", this.file.name);
    body.set("size", this.file.size);
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    return body;
  }

  /** Whether the last bytes that are there already are those of this file. */
  async isSame(begun) {
    const there = atob(begun.tail);
    const here = new Uint8Array(await this.file.slice(begun.stands_at - there.length, begun.stands_at).arrayBuffer());
    return here.length === there.length && here.every((byte, place) => byte === there.charCodeAt(place));
  }

  /** Ask, and ask again where the way is interrupted. An answer that says where the upload stands is an answer. */
  async ask(address, body) {
    for (let tries = 0; ; tries += 1) {
      const answer = await this.once(address, body);
      if (answer) return answer;
      if (tries === WAITS.length) throw new Error(this.form.dataset.broken);
      this.told.textContent = this.form.dataset.again.replace("%", WAITS[tries]);
      await pause(WAITS[tries]);
    }
  }

  async once(address, body) {
    let response;
    try {
      response = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": this.token, Accept: "application/json" } });
    } catch {
      return null;
    }
    if (response.status >= 500 || response.status === 429) return null;
    if (!response.headers.get("Content-Type")?.startsWith("application/json")) throw new Error(this.form.dataset.broken);
    const said = await response.json();
    if (said.stands_at === undefined) throw new Error(said.wrong || this.form.dataset.broken);
    return said;
  }

  show(at, began) {
    this.bar.value = at;
    const seconds = (performance.now() - began.when) / 1000;
    const rate = seconds > 0.5 ? (at - began.at) / seconds / 1e6 : 0;
    const percent = this.file.size ? Math.floor((100 * at) / this.file.size) : 100;
    this.told.textContent = this.form.dataset.sending
      .replace("%p", percent)
      .replace("%r", rate ? ` · ${rate.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} MB/s` : "");
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-upload]");
  if (!form) return;
  const file = form.querySelector("input[type=file]").files[0];
  if (!file) return;
  event.preventDefault();
  if (form.dataset.isSending) return;
  form.dataset.isSending = "1";
  const button = form.querySelector("button[type=submit]");
  button.setAttribute("aria-busy", "true");
  const upload = new Upload(form, file);
  upload.wrong.hidden = true;
  try {
    await upload.run();
  } catch (broken) {
    upload.wrong.hidden = false;
    upload.wrong.querySelector("[data-wrong-text]").textContent = broken.message;
  } finally {
    delete form.dataset.isSending;
    button.removeAttribute("aria-busy");
  }
});
