// A telephone inside somebody else's page: rung as `client:<identity>` of an access token.
//
//   import { Device } from "http://127.0.0.1:.../client/device.js";
//   const device = new Device(token);
//   device.on("incoming", (call) => { call.on("hears", ...); call.accept(); });
//   await device.register();
//
// Shaped after the Voice SDK's Device and Call. Voice here is text: `call.say(text)` and `hears`.

const HOME = new URL(import.meta.url).origin;

class Emitter {
  #listeners = new Map();

  on(name, listener) {
    const known = this.#listeners.get(name) ?? [];
    this.#listeners.set(name, [...known, listener]);
    return this;
  }

  off(name, listener) {
    const known = this.#listeners.get(name) ?? [];
    this.#listeners.set(name, known.filter((each) => each !== listener));
    return this;
  }

  emit(name, ...values) {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(...values);
      } catch (error) {
        console.error(error); // one listener's fault is not the next one's
      }
    }
  }
}

export class Call extends Emitter {
  #send;
  #status = "pending";

  constructor(send, event) {
    super();
    this.#send = send;
    this.parameters = { CallSid: event.call, From: event.from, To: event.to };
    this.customParameters = new Map(Object.entries(event.parameters ?? {}));
    this.direction = "INCOMING";
  }

  status() {
    return this.#status;
  }

  accept() {
    if (this.#status !== "pending") return;
    this.#status = "connecting";
    this.#send({ do: "answer", call: this.parameters.CallSid });
  }

  reject() {
    if (this.#status === "pending") this.#send({ do: "reject", call: this.parameters.CallSid });
  }

  disconnect() {
    if (this.#status !== "closed") this.#send({ do: "hang_up", call: this.parameters.CallSid });
  }

  sendDigits(digits) {
    this.#send({ do: "press", call: this.parameters.CallSid, digits, pace: 0.2 });
  }

  // Our own: speak to whoever is connected, as text.
  say(text) {
    this.#send({ do: "say", call: this.parameters.CallSid, text });
  }

  take(event) {
    switch (event.event) {
      case "answered":
        this.#status = "open";
        this.emit("accept", this);
        break;
      case "ended": {
        const before = this.#status;
        this.#status = "closed";
        if (before === "pending") this.emit(event.reason === "rejected" ? "reject" : "cancel");
        else this.emit("disconnect", this);
        break;
      }
      default:
        // hears, heard, said, joined, arrived, departed, connected, hold, pressed, music
        this.emit(event.event, event);
    }
  }
}

export class Device extends Emitter {
  #token;
  #url;
  #socket = null;
  #calls = new Map();
  #wanted = false;
  #identity = "";

  constructor(token, { url = HOME } = {}) {
    super();
    this.#token = token;
    this.#url = `${url.replace(/^http/, "ws").replace(/\/$/, "")}/control/v1/actor`;
    this.state = "unregistered";
  }

  get identity() {
    return this.#identity;
  }

  get calls() {
    return [...this.#calls.values()];
  }

  updateToken(token) {
    this.#token = token;
    this.#send({ do: "hello", token });
  }

  register() {
    this.#wanted = true;
    return new Promise((resolve, reject) => {
      const done = () => { this.off("registered", done); this.off("error", failed); resolve(); };
      const failed = (error) => { this.off("registered", done); this.off("error", failed); reject(error); };
      this.on("registered", done).on("error", failed);
      this.#connect();
    });
  }

  unregister() {
    this.#wanted = false;
    this.#socket?.close();
  }

  destroy() {
    this.unregister();
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect() {
    this.state = "registering";
    try {
      this.#identity = identityOf(this.#token);
    } catch {
      queueMicrotask(() => this.emit("error", new Error("This is not an access token.")));
      return;
    }
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#send({ do: "hello", name: `device ${this.#identity}`, token: this.#token });
      this.#send({ do: "register", client: this.#identity });
    });
    socket.addEventListener("message", ({ data }) => {
      const event = JSON.parse(data);
      this.#take(event);
      this.#send({ do: "wait", seen: event.seq });
    });
    socket.addEventListener("close", () => {
      for (const call of this.#calls.values()) call.take({ event: "ended", reason: "connection lost" });
      this.#calls.clear();
      const was = this.state;
      this.state = "unregistered";
      if (was === "registered") this.emit("unregistered", this);
      if (this.#wanted) setTimeout(() => this.#wanted && this.#connect(), 1500);
    });
  }

  #take(event) {
    if (event.event === "registered") {
      this.state = "registered";
      this.emit("registered", this);
    } else if (event.event === "error") {
      this.emit("error", new Error(event.message));
    } else if (event.event === "ringing") {
      const call = new Call((message) => this.#send(message), event);
      this.#calls.set(event.call, call);
      this.emit("incoming", call);
    } else if (event.call) {
      this.#calls.get(event.call)?.take(event);
      if (event.event === "ended") this.#calls.delete(event.call);
    }
  }
}

function identityOf(token) {
  const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)).grants.identity;
}
