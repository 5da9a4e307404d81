// The browser's voice device: registers, takes the call that the representative answered here,
// and carries the text line (what is said, as text) where the device offers one.
const state = (words, reason = "") => {
  const place = document.getElementById("voice-state");
  if (place) place.textContent = words;
  const notice = document.getElementById("voice-lost");
  notice.hidden = words !== "lost";
  notice.querySelector("small").textContent = reason;
};

async function fetchToken(panel) {
  const answer = await fetch(panel.dataset.tokenUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`token refused (${answer.status})`);
  return (await answer.json()).token;
}

function write(log, who, text) {
  const line = document.createElement("p");
  const name = document.createElement("strong");
  name.textContent = `${who}: `;
  line.append(name, text);
  log.append(line);
  log.scrollTop = log.scrollHeight;
}

export async function startVoice(panel, onDesk) {
  if (!panel.dataset.deviceUrl) return;
  state("connecting");
  const log = panel.querySelector("#voice-log");
  let call = null;
  let shownGroup = "";
  let wasTalking = false;

  const say = (text) => {
    if (!text || !call?.say) return;
    call.say(text);
    write(log, "You", text);
  };

  const sayLitGroup = () => say(document.getElementById("read-out")?.dataset.say);

  const show = (desk) => {
    const isApart = desk?.dataset.callState === "keying";
    if (["idle", "ringing"].includes(desk?.dataset.workState)) log.replaceChildren();
    panel.querySelector("#voice-form").hidden = !call?.say || isApart;
    panel.querySelector("#voice-hint").hidden = !call?.say || !isApart;
    panel.hidden = !call?.say && !log.hasChildNodes();
  };

  onDesk((desk) => {
    const lit = document.getElementById("read-out")?.dataset.current ?? "";
    // A call that comes with an ID already issued begins with a greeting, not with a group.
    if (lit !== shownGroup && call && wasTalking) sayLitGroup();
    shownGroup = lit;
    wasTalking = desk?.dataset.workState === "talking";
    show(desk);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#repeat")) sayLitGroup();
  });
  panel.querySelector("#voice-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = panel.querySelector("#voice-say");
    say(field.value.trim());
    field.value = "";
  });

  try {
    const { Device } = await import(panel.dataset.deviceUrl);
    const device = new Device(await fetchToken(panel));
    device.on("registered", () => state("ready"));
    device.on("unregistered", () => state("lost"));
    device.on("error", (error) => state("lost", error.message));
    device.on("tokenWillExpire", async () => device.updateToken(await fetchToken(panel)));
    device.on("incoming", (incoming) => {
      // The line rings this device only after Answer was pressed, so it is taken at once.
      call = incoming;
      log.replaceChildren();
      call.on("hears", ({ who, text }) => write(log, who === "line" ? "Line" : "Caller", text));
      call.on("disconnect", () => {
        call = null;
        show(document.getElementById("desk"));
      });
      call.accept();
      show(document.getElementById("desk"));
    });
    await device.register();
  } catch (error) {
    state("lost", error.message);
  }
}
