// What a page adds to the forms: keys, timers, the ring, and the banner of a lost stream.
// The server holds all state; what is here only follows the desk that it sent.
import { watchKeys } from "./keys.js";
import { watchRing } from "./ring.js";
import { watchStream } from "./live.js";
import { startTimers } from "./timers.js";
import { startVoice } from "./voice.js";

const desk = () => document.getElementById("desk");
const title = document.title;

// The newest desk that was shown: the log's last event, and the server's clock for what is no event.
let newest = [0, ""];

const isOlder = ([event, now], [thanEvent, thanNow]) =>
  event < thanEvent || (event === thanEvent && now < thanNow);

// The stream may overtake the answer to an act: what the answer brings is then the past already,
// and the stream, which has sent the newer desk, would not send it again.
function askAgainIfOvertaken() {
  const { lastEvent, now, url } = desk().dataset;
  const shown = [Number(lastEvent), now];
  if (isOlder(shown, newest)) htmx.ajax("GET", url, { target: "#desk", swap: "outerMorph" });
  else newest = shown;
}

function follow() {
  if (desk()) askAgainIfOvertaken();
  const headline = desk()?.dataset.title;
  document.title = headline ? `${headline} · ${title}` : title;
  for (const listener of listeners) listener(desk());
}

const listeners = [];
const onDesk = (listener) => {
  listeners.push(listener);
  listener(desk());
};

watchKeys(document.getElementById("keys"));
startTimers(onDesk);
watchRing(onDesk);
watchStream(document.getElementById("live"), document.getElementById("stream-lost"));
startVoice(document.getElementById("voice"), onDesk);
// htmx morphs the desk in place; this hears every change, whoever caused it.
document.addEventListener("htmx:after:swap", follow);
follow();
