// Comforts on top of pages that work without it: focus on problems, autosave, drag and drop, progress, camera scanning.
"use strict";

const problems = document.getElementById("problems");
if (problems) {
  problems.focus();
}

// Autosave: what is typed into a form with data-autosave survives a closed tab, and is dropped once it is sent.
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const key = `consign:${form.dataset.autosave}`;
  const keeps = (field) => field.name && !["password", "file", "hidden", "checkbox"].includes(field.type);
  let kept = {};
  try {
    kept = JSON.parse(sessionStorage.getItem(key)) || {};
  } catch {
    kept = {};
  }
  for (const field of form.elements) {
    if (keeps(field) && !field.value && kept[field.name]) {
      field.value = kept[field.name];
    }
  }
  form.addEventListener("input", () => {
    const typed = {};
    for (const field of form.elements) {
      if (keeps(field)) {
        typed[field.name] = field.value;
      }
    }
    sessionStorage.setItem(key, JSON.stringify(typed));
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
}

// A sheet of quantities: Enter leads to the next one that is shown, and from the last to the button.
for (const sheet of document.querySelectorAll("form[data-sheet]")) {
  const fields = [...sheet.querySelectorAll("input[inputmode]")];
  sheet.addEventListener("keydown", (event) => {
    const place = fields.indexOf(event.target);
    if (event.key === "Enter" && place >= 0) {
      event.preventDefault();
      const next = fields.slice(place + 1).find((field) => field.checkVisibility());
      (next || sheet.querySelector("button.btn-primary")).focus();
    }
  });
}

// Lines of a note: room for one more without asking the server, and until when goods keep that are made on the day.
for (const form of document.querySelectorAll("form[data-lines]")) {
  const keeps = JSON.parse(form.dataset.keeps);
  form.querySelector("[data-add-line]").addEventListener("click", (event) => {
    const lines = form.querySelectorAll("[data-line]");
    if (lines.length >= Number(form.dataset.lines)) {
      return;
    }
    event.preventDefault();
    const last = lines[lines.length - 1];
    last.after(nextLine(last, lines.length + 1));
    form.elements.rows.value = lines.length + 1;
    last.nextElementSibling.querySelector("select, input").focus();
  });
  form.addEventListener("change", (event) => {
    const rows = event.target.name === "day" ? [...form.querySelectorAll("[data-line]")] : [event.target.closest("[data-line]")];
    for (const row of rows) {
      const item = row?.querySelector("[name^=item_]");
      const expires = row?.querySelector("[name^=expires_]");
      if (!item || !expires || event.target === expires || (expires.value && expires.value !== expires.dataset.told)) {
        continue;
      }
      const days = keeps[item.value];
      const last = new Date(`${form.elements.day.value}T00:00:00Z`);
      expires.value = days && last.getTime() ? new Date(last.getTime() + days * 86400000).toISOString().slice(0, 10) : "";
      expires.dataset.told = expires.value;
    }
  });
}

function nextLine(last, number) {
  const line = last.cloneNode(true);
  const before = last.dataset.line;
  line.dataset.line = number;
  for (const gone of line.querySelectorAll(".problem, video")) {
    gone.remove();
  }
  for (const one of line.querySelectorAll("*")) {
    for (const name of ["id", "name", "for"]) {
      if (one.hasAttribute(name)) {
        one.setAttribute(name, one.getAttribute(name).replace(`_${before}`, `_${number}`));
      }
    }
    one.classList.remove("wrong");
    one.removeAttribute("aria-invalid");
    one.removeAttribute("aria-describedby");
    if (one.matches("label > span")) {
      one.textContent = one.textContent.replace(before, number);
    }
    if (one.matches("input, select")) {
      const same = last.querySelector(`select[name=reason_${before}]`);
      one.value = one.name.startsWith("reason_") ? same.value : "";
    }
  }
  return line;
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
  }
});

// A file that is larger than its form takes is not sent at all.
for (const drop of document.querySelectorAll("[data-most-bytes]")) {
  const most = Number(drop.dataset.mostBytes);
  const told = document.createElement("p");
  told.className = "problem";
  told.setAttribute("role", "alert");
  drop.append(told);
  drop.closest("form").addEventListener("submit", (event) => {
    const inputs = [...drop.querySelectorAll("input[type=file]")];
    const large = inputs.some((input) => [...input.files].some((file) => file.size > most));
    told.textContent = large ? drop.dataset.tooLarge : "";
    if (large) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  });
}

// Drag and drop onto a file field, and how much of the file was sent.
for (const drop of document.querySelectorAll("[data-drop]")) {
  const input = drop.querySelector("input[type=file]");
  const bar = drop.querySelector("progress");
  const form = input.form;
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    drop.addEventListener(kind, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
    }
  });
  form.addEventListener("submit", (event) => {
    const chosen = [...drop.querySelectorAll("input[type=file]")].some((one) => one.files.length);
    if (!chosen || !bar) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Sent-By", "script");
    request.upload.addEventListener("progress", (sent) => {
      bar.hidden = false;
      bar.value = sent.lengthComputable ? (100 * sent.loaded) / sent.total : 0;
    });
    request.addEventListener("load", () => {
      if (request.getResponseHeader("Content-Type") === "application/json") {
        location.assign(JSON.parse(request.responseText).go);
        return;
      }
      if (request.responseURL && new URL(request.responseURL).pathname !== new URL(form.action).pathname) {
        location.assign(request.responseURL);
        return;
      }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      document.title = page.title;
      document.querySelector("main").replaceWith(page.querySelector("main"));
      document.getElementById("problems")?.focus();
    });
    request.addEventListener("error", () => {
      bar.hidden = true;
      form.submit();
    });
    request.send(new FormData(form));
  });
}

// A page that waits for work on the server looks again by itself; without the script it reloads.
for (const steps of document.querySelectorAll("[data-watch]")) {
  const before = steps.dataset.state;
  const look = async () => {
    try {
      const answer = await fetch(steps.dataset.watch, { headers: { Accept: "application/json" } });
      const told = answer.ok ? await answer.json() : { state: before };
      if (told.state !== before) {
        location.reload();
        return;
      }
      tell(told.progress);
    } catch {
      // The line is down: look again later.
    }
    setTimeout(look, 1500);
  };
  setTimeout(look, 700);
}

// How many rows of a file are done; nothing is shown while nobody says so.
function tell(progress) {
  const shown = document.getElementById("told");
  if (!shown) {
    return;
  }
  shown.hidden = !progress;
  if (!progress) {
    return;
  }
  const bar = shown.querySelector("progress");
  shown.querySelector("label").textContent = progress.says;
  if (progress.total) {
    bar.max = progress.total;
    bar.value = progress.done;
  } else {
    bar.removeAttribute("value");
  }
}

// Barcodes by the camera, in browsers that can.
if ("BarcodeDetector" in window && navigator.mediaDevices) {
  for (const input of document.querySelectorAll("input[data-scan]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary";
    button.textContent = input.dataset.scan;
    const row = document.createElement("div");
    row.className = "scan-row";
    input.replaceWith(row);
    row.append(input, button);
    button.addEventListener("click", () => scan(input, row));
  }
}

async function scan(input, row) {
  const detector = new BarcodeDetector({ formats: ["ean_13", "ean_8", "upc_a", "code_128"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const video = document.createElement("video");
  video.playsInline = true;
  video.srcObject = stream;
  row.after(video);
  await video.play();
  const stop = () => {
    for (const track of stream.getTracks()) {
      track.stop();
    }
    video.remove();
  };
  const ends = Date.now() + 30000;
  const look = async () => {
    const [found] = await detector.detect(video);
    if (found) {
      input.value = found.rawValue;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      stop();
    } else if (Date.now() < ends) {
      requestAnimationFrame(look);
    } else {
      stop();
    }
  };
  look();
}
