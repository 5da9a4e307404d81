// The button that prints; where this module does not run, the browser's own command does it.
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
