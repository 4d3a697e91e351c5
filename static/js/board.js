/* What scripts add to writing: drafts that save themselves, files that go up one by one, counters.
   Without it every task works by the buttons of the form. */
"use strict";

const AUTOSAVE_AFTER = 3000;
const MAX_FILE_BYTES = 20 * 1024 * 1024;

function textOf(form) {
  const data = new FormData(form);
  data.delete("files");
  return data;
}

function send(form, data, onProgress) {
  data.set("kind", form.dataset.kind);
  data.set("address", form.dataset.address);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.autosave);
    request.responseType = "json";
    if (onProgress) request.upload.addEventListener("progress", onProgress);
    request.addEventListener("loadend", () => resolve({ status: request.status, answer: request.response }));
    request.send(data);
  });
}

/* Back loads the form anew and fills in the old text: it keeps its key, by which the server knows it.
   It says so: a form without this mark is known by its words, too. */
function keepKey(form) {
  const field = form.elements.form_key;
  const mark = document.createElement("input");
  Object.assign(mark, { type: "hidden", name: "kept_key", value: "1" });
  form.append(mark);
  const keys = history.state?.keys ?? {};
  const name = form.dataset.kind + form.dataset.address;
  if (keys[name]) field.value = keys[name];
  else history.replaceState({ keys: { ...keys, [name]: field.value } }, "");
}

/* What the next saving says: which draft it is, and which saving of it this page knows. */
function takeMarks(form, { form_key: key, seen }) {
  form.elements.seen.value = seen;
  if (form.elements.form_key.value === key) return;
  form.elements.form_key.value = key;
  const name = form.dataset.kind + form.dataset.address;
  history.replaceState({ keys: { ...history.state?.keys, [name]: key } }, "");
}

/* Drafts ---------------------------------------------------------------- */
function keepDraft(form) {
  const state = form.querySelector(".autosave-state");
  let timer = 0;
  let isSent = false;
  let isOver = false;
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    form.dataset.changed = "1";
    clearTimeout(timer);
    timer = setTimeout(save, AUTOSAVE_AFTER);
  });
  form.addEventListener("submit", () => {
    isSent = true;
    clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => { isSent = false; });
  window.addEventListener("beforeunload", (event) => {
    if (form.dataset.changed && !isSent) event.preventDefault();
  });

  async function save() {
    if (isSent || isOver) return;
    delete form.dataset.changed;
    const { status, answer } = await send(form, textOf(form));
    if (status === 200 && answer) {
      takeMarks(form, answer);
      state.textContent = answer.told || `下書きを自動保存しました（${answer.saved_at}）`;
    } else if (status === 409) {
      isOver = true;
      state.textContent = "この画面の内容は、すでに投稿したか、下書きが削除されています。";
    } else {
      form.dataset.changed = "1";
      state.textContent = "下書きを自動保存できませんでした。「下書き保存」を押してください。";
    }
  }
}

/* Files ----------------------------------------------------------------- */
function uploadAtOnce(form) {
  const input = form.querySelector("input[type=file]");
  if (!input) return;
  const progress = form.querySelector(".upload-progress");
  input.addEventListener("change", async () => {
    const waiting = [...input.files];
    const unsent = [];
    const messages = [];
    progress.hidden = false;
    while (waiting.length) {
      const { message, isDone } = await upload(waiting[0]);
      messages.push(message);
      const file = waiting.shift();
      if (!isDone) unsent.push(file);
      keepInField([...unsent, ...waiting]);
    }
    progress.textContent = messages.join(" ");
  });

  /* What has not gone up, because the session or the line is broken, goes with the whole form. */
  function keepInField(files) {
    const left = new DataTransfer();
    for (const file of files) left.items.add(file);
    input.files = left.files;
  }

  async function upload(file) {
    if (file.size > MAX_FILE_BYTES) return done(`「${file.name}」は20MBを超えています。小さくしてください。`);
    const data = textOf(form);
    data.append("files", file);
    /* Said once aloud; the share is for the eye. */
    const share = document.createElement("span");
    share.setAttribute("aria-hidden", "true");
    progress.replaceChildren(`「${file.name}」を送っています`, share);
    const { status, answer } = await send(form, data, (event) => {
      const percent = event.total ? Math.round((event.loaded / event.total) * 100) : 0;
      share.textContent = `（${percent}％）`;
    });
    if (status === 413) return done(`「${file.name}」は大きすぎて送れませんでした。1ファイル20MBまでにしてください。`);
    if (status !== 200 || !answer) {
      return { message: `「${file.name}」は、ボタンを押したときに本文と一緒に送ります。`, isDone: false };
    }
    takeMarks(form, answer);
    list(answer.files);
    if (answer.told) form.querySelector(".autosave-state").textContent = answer.told;
    return done(answer.errors.length ? answer.errors.join(" ") : `「${file.name}」を添付しました。`);
  }

  function done(message) {
    return { message, isDone: true };
  }

  function list(files) {
    let found = form.querySelector(".attached");
    if (!found) {
      found = document.createElement("ul");
      found.className = "attached";
      found.setAttribute("role", "list");
      progress.after(found);
    }
    const wanted = new Set([...found.querySelectorAll("input:checked")].map((box) => box.value));
    found.replaceChildren(...files.map((file) => item(file, wanted.has(file.id))));
  }

  function item(file, isChecked) {
    const row = document.createElement("li");
    const label = document.createElement("label");
    const box = document.createElement("input");
    const text = document.createElement("span");
    label.className = "choice";
    Object.assign(box, { type: "checkbox", name: "remove_files", value: file.id, checked: isChecked });
    text.textContent = `${file.name}（${file.size}）を外す`;
    label.append(box, text);
    row.append(label);
    return row;
  }
}

/* Counters and copying -------------------------------------------------- */
function countLetters(field) {
  const limit = Number(field.dataset.count);
  const counter = document.createElement("p");
  counter.className = "counter";
  field.after(counter);
  const show = () => {
    const length = [...field.value.replace(/\r\n/g, "\n")].length;
    counter.setAttribute("aria-live", length > limit ? "polite" : "off");
    counter.textContent = `${length.toLocaleString()}字／${limit.toLocaleString()}字まで`;
    counter.classList.toggle("counter-over", length > limit);
  };
  field.addEventListener("input", show);
  show();
}

/* Without https, or where it is forbidden, there is no clipboard: the old command copies the selection. */
async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

function copyOnPress(button) {
  const field = document.getElementById(button.dataset.copy);
  const state = button.nextElementSibling;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    state.textContent = (await copy(field)) ? "コピーしました" : "Ctrlキー＋Cでコピーしてください";
  });
}

/* Enter that ends the conversion of kana sends nothing, in browsers that would send it. */
function ignoreEnterWhileConverting(form) {
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
  });
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  keepKey(form);
  keepDraft(form);
  uploadAtOnce(form);
  ignoreEnterWhileConverting(form);
}
document.querySelectorAll("[data-count]").forEach(countLetters);
document.querySelectorAll("[data-copy]").forEach(copyOnPress);
