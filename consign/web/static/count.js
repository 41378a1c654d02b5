// Counting without leaving the page. A scan is kept in this device until the server has answered for it, under a key by
// which the server counts it once however often it is sent.
"use strict";

const form = document.getElementById("scan");
const code = form.elements.code;
const prefix = `consign:scan:${form.dataset.count}:`;
const counted = document.getElementById("counted");
const miscounted = document.getElementById("miscounted");
const line = document.getElementById("line");
const undo = document.getElementById("undo");
const sound = document.getElementById("sound");
const memory = new Map();
let busy = false;
let timer;
let serial = 0;

// What is kept: scans that wait, and refused ones until somebody has seen them. Each under a name of its own, so that two
// windows of one count do not overwrite each other's.
function keep(one) {
  memory.set(one.key, one);
  try {
    localStorage.setItem(prefix + one.key, JSON.stringify(one));
  } catch {
    // No room, or not allowed: then it is kept as long as the page is open.
  }
}

function drop(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(prefix + key);
  } catch {
    // It was only in memory.
  }
}

function find(state) {
  const found = new Map(memory);
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(prefix)) {
        const one = JSON.parse(localStorage.getItem(name));
        found.set(one.key, one);
      }
    }
  } catch {
    // Only what is in memory.
  }
  return [...found.values()].filter((one) => one.state === state).sort((a, b) => a.at - b.at);
}

function put(text, className) {
  const told = document.createElement("p");
  told.textContent = text;
  told.className = className || "";
  return told;
}

let audio;
function signal(isGood) {
  navigator.vibrate?.(isGood ? 60 : [250, 120, 250]);
  if (!sound.querySelector("input").checked || !window.AudioContext) {
    return;
  }
  audio = audio || new AudioContext();
  const tone = audio.createOscillator();
  const loud = audio.createGain();
  tone.type = isGood ? "sine" : "square";
  tone.frequency.value = isGood ? 1200 : 200;
  loud.gain.value = isGood ? 0.15 : 0.3;
  tone.connect(loud).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + (isGood ? 0.08 : 0.6));
}

function tellLine(words) {
  const waiting = find("waits");
  line.textContent = waiting.length && words ? `${words} ${line.dataset.waits} ${waiting.length}` : "";
}

// One of the goods in the list below: its sum as it is now, on top. What somebody is just correcting is left alone.
function tellGoods(told) {
  const goods = document.getElementById("goods");
  const list = goods.querySelector(".entries");
  let row = [...list.children].find((one) => one.dataset.goods === told.name);
  if (!row) {
    row = goods.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.goods = told.name;
    const [label, typed, before] = row.children;
    const small = document.createElement("small");
    small.textContent = told.batch;
    label.append(`${told.product} `, small);
    label.htmlFor = typed.id = `field-found:${told.name}`;
    typed.name = `found:${told.name}`;
    before.name = `was:${told.name}`;
  }
  const [, typed, before] = row.children;
  if (typed.value === before.value) {
    typed.value = told.found;
  }
  before.value = told.found;
  list.prepend(row);
  goods.hidden = false;
  document.getElementById("nothing")?.remove();
  document.getElementById("products").textContent = told.products;
  document.getElementById("packs").textContent = told.packs;
}

function tellCounted(told) {
  const what = put(told.product, "counted-what");
  if (told.batch) {
    const small = document.createElement("small");
    small.textContent = ` ${told.batch}`;
    what.append(small);
  }
  counted.replaceChildren(what, put(told.says, "counted-sum"));
  undo.hidden = !told.undo;
  undo.elements.scan.value = told.undo || "";
  tellGoods(told);
}

function tellRefused() {
  const shown = document.getElementById("refused").content.firstElementChild;
  miscounted.replaceChildren(
    ...find("refused").map((one) => {
      const box = shown.cloneNode(true);
      box.querySelector("span").textContent = one.quantity ? `${one.code} × ${one.quantity}` : one.code;
      box.children[1].textContent = one.problem;
      box.querySelector("button").addEventListener("click", () => {
        drop(one.key);
        tellRefused();
        code.focus();
      });
      return box;
    }),
  );
}

async function post(address, facts) {
  const body = new URLSearchParams({ form_token: form.elements.form_token.value, ...facts });
  const answer = await fetch(address, {
    method: "POST",
    body,
    headers: { "X-Sent-By": "script" },
    signal: AbortSignal.timeout(20000),
  });
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
    return { gone: answer.status < 500 };
  }
  return answer.json();
}

// Sends what waits, the oldest first. What could not be sent stays and is sent again.
async function send() {
  clearTimeout(timer);
  if (busy) {
    return;
  }
  busy = true;
  let words = "";
  for (let [next] = find("waits"); next; [next] = find("waits")) {
    let told;
    try {
      const { key, code, quantity, batch, expires_on } = next;
      told = await post(form.action, { key, code, quantity, batch, expires_on });
    } catch {
      words = line.dataset.down;
      break;
    }
    if ("gone" in told) {
      words = told.gone ? line.dataset.gone : line.dataset.down;
      break;
    }
    if (told.problem) {
      keep({ ...next, state: "refused", problem: told.problem });
      counted.replaceChildren();
      undo.hidden = true;
      tellRefused();
    } else {
      drop(next.key);
      tellCounted(told);
    }
    signal(!told.problem);
  }
  busy = false;
  tellLine(words);
  if (words) {
    timer = setTimeout(send, 5000);
  }
}

function take() {
  const given = code.value.trim();
  if (!given) {
    return;
  }
  const typed = (name) => form.elements[name].value.trim();
  serial += 1;
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
  keep({
    key,
    state: "waits",
    at: Date.now() * 1000 + serial,
    code: given,
    quantity: typed("quantity"),
    batch: typed("batch"),
    expires_on: typed("expires_on"),
  });
  for (const name of ["code", "quantity", "batch", "expires_on"]) {
    form.elements[name].value = "";
  }
  code.focus();
  send();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  take();
});
undo.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  code.focus();
  try {
    const told = await post(undo.action, { scan: undo.elements.scan.value });
    if (told.product) {
      tellCounted(told);
      return;
    }
    line.textContent = told.problem || (told.gone ? line.dataset.gone : line.dataset.down);
  } catch {
    line.textContent = line.dataset.down;
  }
  signal(false);
});
// Who finishes while scans wait would record a count without them.
document.querySelector(".finish a").addEventListener("click", (event) => {
  if (find("waits").length) {
    event.preventDefault();
    tellLine(line.dataset.down);
    line.scrollIntoView({ block: "center" });
    send();
  }
});
window.addEventListener("online", send);
sound.hidden = false;
if (find("refused").length) {
  tellRefused();
}
if (find("waits").length) {
  send();
}
code.focus();

// The camera, in browsers that read barcodes themselves: the pictures stay in the device.
const camera = document.getElementById("camera");
let stream;
let video;
async function offerCamera() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) || [];
  camera.hidden = !("BarcodeDetector" in window && devices.some((one) => one.kind === "videoinput"));
}

function stopCamera() {
  for (const track of stream?.getTracks() || []) {
    track.stop();
  }
  video?.remove();
  stream = video = undefined;
  camera.textContent = camera.dataset.start;
}

async function startCamera() {
  const detector = new BarcodeDetector({ formats: ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "qr_code", "data_matrix"] });
  stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  video = document.createElement("video");
  video.className = "scan-video";
  video.playsInline = video.muted = true;
  video.srcObject = stream;
  form.after(video);
  await video.play();
  camera.textContent = camera.dataset.stop;
  let last = "";
  let seenAt = 0;
  const look = async () => {
    if (!video) {
      return;
    }
    const [found] = await detector.detect(video).catch(() => []);
    if (found) {
      // A pack that is held still before the camera is one pack.
      if (found.rawValue !== last || Date.now() - seenAt > 1500) {
        code.value = found.rawValue;
        take();
      }
      last = found.rawValue;
      seenAt = Date.now();
    }
    setTimeout(look, 120);
  };
  look();
}

camera.dataset.start = camera.textContent;
camera.addEventListener("click", () => (stream ? stopCamera() : startCamera().catch(stopCamera)));
document.addEventListener("visibilitychange", () => document.hidden && stopCamera());
offerCamera().catch(() => {});
