// The telephone page: one tab is one telephone on the network's control WebSocket.

import { figures } from "./figures.js";
import { Tones } from "./tones.js";
import { Voice } from "./voice.js";

const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ", 0: "+" };
const KEYS = [..."123456789*0#"];
const $ = (id) => document.getElementById(id);
const tones = new Tones();
const voice = new Voice();
const query = new URLSearchParams(location.search);
const call = { sid: "", state: "idle", to: "", dialled: false, since: 0 };
let socket = null;
let registered = "";

$("to").value = query.get("to") ?? "";
$("from").value = query.get("from") ?? sessionStorage.getItem("from") ?? "+493023125001";

// --- what is shown -------------------------------------------------------------------------

function show(words) {
  if ($("state").textContent !== words) $("state").textContent = words;
}

function write(kind, words, who = "", code = "") {
  const line = document.createElement("p");
  line.className = kind;
  if (who) {
    const name = document.createElement("b");
    name.textContent = who;
    line.append(name);
  }
  line.append(words);
  if (code) {
    const shown = document.createElement("span");
    shown.className = "figures";
    shown.ariaHidden = "true"; // a screen reader has said them already
    shown.append(code);
    line.append(shown);
  }
  $("log").append(line);
  follow();
  return line;
}

// The newest line stays in sight, also on a turned or narrowed screen, unless somebody scrolled up.
let isFollowing = true;

function follow() {
  if (isFollowing) $("log").scrollTop = $("log").scrollHeight;
}

$("log").addEventListener("scroll", () => {
  const log = $("log");
  isFollowing = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
});
new ResizeObserver(follow).observe($("log"));

function enter(state) {
  call.state = state;
  const ready = socket?.readyState === WebSocket.OPEN;
  $("call").hidden = state === "rung";
  $("answer").hidden = state !== "rung";
  $("call").disabled = !ready || state !== "idle";
  $("hangup").disabled = state === "idle";
  $("words").disabled = $("say-button").disabled = state !== "connected";
  if (state !== "connected") delete $("state").dataset.time;
  document.body.dataset.state = state;
}

function name(who) {
  if (who === "line") return "Line";
  return who.startsWith("client:") ? who.slice(7) : who;
}

setInterval(() => {
  if (call.state !== "connected") return;
  const seconds = Math.floor((Date.now() - call.since) / 1000);
  $("state").dataset.time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}, 1000);

// --- the network ---------------------------------------------------------------------------

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/control/v1/actor`);
  socket.addEventListener("open", () => {
    registered = "";
    send({ do: "hello", name: "telephone page" });
    register();
    show("Ready");
    enter("idle");
  });
  socket.addEventListener("message", ({ data }) => {
    const event = JSON.parse(data);
    take(event);
    send({ do: "wait", seen: event.seq });
  });
  socket.addEventListener("close", () => {
    tones.silence();
    voice.stop();
    call.sid = "";
    enter("idle");
    show("The phone network is not there. Trying again …");
    setTimeout(connect, 1500);
  });
}

function register() {
  const number = $("from").value.trim();
  sessionStorage.setItem("from", number);
  if (number && number !== registered) send({ do: "register", number });
  registered = number;
}

let spoken = null;

const TAKES = {
  placed(event) {
    call.sid = event.call;
    show(`Calling ${event.to} …`);
    tones.progress("ringing", event.to);
  },
  ringing(event) {
    if (call.state !== "idle") {
      send({ do: "reject", call: event.call });
      return;
    }
    Object.assign(call, { sid: event.call, to: event.to, dialled: false });
    $("keyed").textContent = "";
    enter("rung");
    show(`${name(event.from)} is calling – Enter answers`);
    write("news", `Ringing: ${name(event.from)}`);
    tones.bell();
    $("answer").focus();
  },
  answered() {
    tones.silence();
    call.since = Date.now();
    enter("connected");
    show("Connected");
    write("news", "Connected");
  },
  hears(event) {
    spoken = write("them", event.text, name(event.who), figures(event.text));
    if (event.language) spoken.lang = event.language;
    if (event.sound) voice.play(event.sound);
  },
  heard(event) {
    if (event.cut) {
      voice.stop();
      spoken?.classList.add("cut");
    }
  },
  music(event) {
    write("news", event.on ? "♪ Music while you wait" : "Music ends");
  },
  hold(event) {
    write("news", event.on ? "On hold" : "Off hold");
  },
  queued() {
    write("news", "Waiting in the queue");
  },
  joined(event) {
    const present = (event.present ?? []).map(name).join(", ");
    write("news", present ? `In a conversation with ${present}` : "Waiting for the others to join");
  },
  arrived(event) {
    write("news", `${name(event.who)} has joined`);
  },
  departed(event) {
    write("news", `${name(event.who)} has left`);
  },
  connected(event) {
    write("news", `Connected with ${name(event.who)}`);
  },
  ended(event) {
    voice.stop();
    tones.silence();
    const failed = call.dialled && ["busy", "failed", "no-answer"].includes(event.status);
    if (failed) {
      tones.progress(event.status === "busy" ? "busy" : "reorder", call.to);
      setTimeout(() => call.state === "idle" && tones.silence(), 4000);
    }
    call.sid = "";
    enter("idle");
    show(`Ended: ${event.reason}`);
    write("news", `Call ended: ${event.reason}`);
  },
  error(event) {
    write("news", event.message);
    if (!call.sid && call.state !== "idle") enter("idle");
  },
};

function take(event) {
  const mine = !event.call || !call.sid || event.call === call.sid || event.event === "ringing";
  if (mine && Object.hasOwn(TAKES, event.event)) TAKES[event.event](event);
}

function wake() {
  tones.wake();
  voice.wake();
}

// --- the person ----------------------------------------------------------------------------

function press(key) {
  wake();
  tones.key(key);
  const button = $("keypad").querySelector(`[data-key="${CSS.escape(key)}"]`);
  button?.classList.add("down");
  setTimeout(() => button?.classList.remove("down"), 130);
  if (call.state === "connected") {
    $("keyed").textContent += key === "#" ? "#\n" : key;
    send({ do: "press", call: call.sid, digits: key, pace: 0 });
  } else if (call.state === "idle") {
    $("to").value += key;
  }
}

function hangUp() {
  if (call.state === "idle") return;
  send({ do: "hang_up", call: call.sid });
}

function answer() {
  wake();
  tones.silence();
  send({ do: "answer", call: call.sid });
}

for (const key of KEYS) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.key = key;
  button.setAttribute("aria-label", { "*": "star", "#": "hash" }[key] ?? key);
  const letters = document.createElement("small");
  letters.textContent = LETTERS[key] ?? "";
  letters.ariaHidden = "true";
  button.append(key, letters);
  button.addEventListener("click", () => press(key));
  $("keypad").append(button);
}

$("dial").addEventListener("submit", (event) => {
  event.preventDefault();
  if (call.state !== "idle") return;
  wake();
  register();
  Object.assign(call, { to: $("to").value.trim(), dialled: true, sid: "" });
  $("keyed").textContent = "";
  $("log").replaceChildren();
  enter("calling");
  show(`Calling ${call.to} …`);
  send({ do: "call", to: call.to, from: $("from").value.trim() });
  $("hangup").focus();
});
$("from").addEventListener("change", register);
$("answer").addEventListener("click", answer);
$("hangup").addEventListener("click", hangUp);
$("tones").addEventListener("change", () => {
  tones.enabled = $("tones").checked;
  if (!tones.enabled) tones.silence();
});
$("voice").addEventListener("change", () => {
  voice.enabled = $("voice").checked;
});
$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = $("words").value.trim();
  if (!words || call.state !== "connected") return;
  send({ do: "say", call: call.sid, text: words });
  write("me", words, "You");
  $("words").value = "";
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape") {
    hangUp();
    return;
  }
  const typing = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
  if (typing) return;
  if (KEYS.includes(event.key)) {
    event.preventDefault();
    press(event.key);
  } else if (event.key === "Enter" && call.state === "rung" && !(event.target instanceof HTMLButtonElement)) {
    answer();
  }
});

enter("idle");
connect();
